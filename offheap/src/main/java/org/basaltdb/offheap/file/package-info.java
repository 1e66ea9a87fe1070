/// Direct file input and output, and the one seam through which the engine reaches clock, files and
/// random numbers, so that a test can replay a run from its seed or put faults under it.
@NullMarked
package org.basaltdb.offheap.file;

import org.jspecify.annotations.NullMarked;
