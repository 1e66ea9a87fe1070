/// One writer a partition: the token that makes a thread the writer, the ring through which
/// commands reach it, and the two ways of holding it (the submitting threads in turn, or a
/// dedicated thread that lends it). Knows commands, not rows.
@NullMarked
package org.basaltdb.core.partition;

import org.jspecify.annotations.NullMarked;
