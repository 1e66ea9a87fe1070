/// Race tests of what only the package itself can reach.
@NullMarked
package org.basaltdb.wal;

import org.jspecify.annotations.NullMarked;
