/// Measurements of Basalt, and of other engines with the same data by the same code.
@NullMarked
package org.basaltdb.bench;

import org.jspecify.annotations.NullMarked;
