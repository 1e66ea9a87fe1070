/// Proof that the race tests can fail: every protocol is weakened on purpose, one line of the real
/// source at a time, and the tests named for it have to notice.
@NullMarked
package org.basaltdb.stress.weaken;

import org.jspecify.annotations.NullMarked;
