/// From a directory to a database: the lock that keeps a second opener out, the manifest that says
/// which database it is, and the replay of the log.
@NullMarked
package org.basaltdb.core.recovery;

import org.jspecify.annotations.NullMarked;
