/// Races provoked on purpose: jcstress tests of every protocol between threads. Each forbidden
/// outcome names the invariant that forbids it, and each test has a weakened variant of the engine
/// that it catches (see `org.basaltdb.stress.weaken`).
@NullMarked
package org.basaltdb.stress.race;

import org.jspecify.annotations.NullMarked;
