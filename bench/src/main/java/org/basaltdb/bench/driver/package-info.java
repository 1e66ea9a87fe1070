/**
 * The experiments: which subjects are compared on what, round by round, and which bars they have to
 * pass. All of it runs in the driver's process, which measures nothing itself.
 */
@NullMarked
package org.basaltdb.bench.driver;

import org.jspecify.annotations.NullMarked;
