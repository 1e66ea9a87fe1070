/// Epoch-based reclamation: memory that a reader may still be looking at is reused only when every
/// reader that could have seen it has left.
@NullMarked
package org.basaltdb.offheap.epoch;

import org.jspecify.annotations.NullMarked;
