/// The write-ahead log: a commit is durable once its record is in the log, and what the log holds
/// is replayed after a crash. The log knows records, positions and durability, nothing of rows or
/// schemas.
@NullMarked
package org.basaltdb.wal;

import org.jspecify.annotations.NullMarked;
