/// Everything that can go wrong, one exception a failure. Each says what failed, what was found,
/// what was expected, where, and what to do about it, and offers those facts through typed
/// accessors. All are unchecked and extend [org.basaltdb.core.error.BasaltException]. Unless its
/// page says otherwise, an exception means that nothing was changed and that the database can be
/// used further.
@NullMarked
package org.basaltdb.core.error;

import org.jspecify.annotations.NullMarked;
