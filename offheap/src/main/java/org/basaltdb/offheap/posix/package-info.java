/// The operating system's calls, reached through the Foreign Function & Memory API. These are the
/// only downcalls of Basalt: no other package links a native function.
@NullMarked
package org.basaltdb.offheap.posix;

import org.jspecify.annotations.NullMarked;
