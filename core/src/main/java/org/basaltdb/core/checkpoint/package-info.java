/// Checkpoints: what all partitions held at one cut each, on disk, so that the log before it can go
/// and an open does not start from nothing.
@NullMarked
package org.basaltdb.core.checkpoint;

import org.jspecify.annotations.NullMarked;
