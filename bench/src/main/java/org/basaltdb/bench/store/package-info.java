/**
 * One engine behind one small interface: what the measuring code asks of Basalt, of its peers and
 * of nobody else.
 *
 * <p>Each peer is set up the way its own documentation tells a user who wants speed to set it up;
 * the class says how, and {@code docs/benchmarks.md} says why. A child process loads exactly one of
 * these classes, so that the calls of the measuring code bind to it directly.
 */
@NullMarked
package org.basaltdb.bench.store;

import org.jspecify.annotations.NullMarked;
