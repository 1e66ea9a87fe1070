/// The quickstart: one program that goes through a database's life on real data, from an empty
/// directory to recovery after `kill -9`, then on more data than memory; checks every step and
/// measures the result.
@NullMarked
package org.basaltdb.examples.quickstart;

import org.jspecify.annotations.NullMarked;
