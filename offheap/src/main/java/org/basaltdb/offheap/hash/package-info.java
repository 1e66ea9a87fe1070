/// Hashing of keys, and the primary index: a hash table over native memory that one writer changes
/// while any number of threads read.
@NullMarked
package org.basaltdb.offheap.hash;

import org.jspecify.annotations.NullMarked;
