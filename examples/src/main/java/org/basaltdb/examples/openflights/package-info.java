/// The OpenFlights data set that comes with the examples: two files of airports and routes, and a
/// reader of the form in which they are written.
@NullMarked
package org.basaltdb.examples.openflights;

import org.jspecify.annotations.NullMarked;
