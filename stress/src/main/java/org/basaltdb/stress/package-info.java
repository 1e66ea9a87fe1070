/// Races provoked on purpose: jcstress tests of every protocol between threads.
@NullMarked
package org.basaltdb.stress;

import org.jspecify.annotations.NullMarked;
