/**
 * Proof that the engine makes no garbage: the allocation of each operation under JMH's profiler,
 * and tens of millions of operations on a small heap that is never collected.
 */
@NullMarked
package org.basaltdb.bench.garbage;

import org.jspecify.annotations.NullMarked;
