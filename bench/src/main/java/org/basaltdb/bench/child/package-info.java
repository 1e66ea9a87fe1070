/**
 * One subject in a process of its own: takes requests from the driver, one at a time, and measures.
 *
 * <p>The measuring code here is the same for every subject. A pass runs for a given time on one or
 * more threads and says how many operations it made; the time of single operations is taken in
 * passes of their own, because reading the clock twice an operation costs about as much as a read.
 */
@NullMarked
package org.basaltdb.bench.child;

import org.jspecify.annotations.NullMarked;
