/// The public API of the engine: open a database, create and drop tables, and read and write their
/// rows through sessions.
@NullMarked
package org.basaltdb.core;

import org.jspecify.annotations.NullMarked;
