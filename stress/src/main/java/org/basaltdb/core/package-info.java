/// Race tests of what only the package itself can reach.
@NullMarked
package org.basaltdb.core;

import org.jspecify.annotations.NullMarked;
