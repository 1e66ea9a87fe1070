/** Directories that a benchmark makes and takes away again. */
@NullMarked
package org.basaltdb.bench.files;

import org.jspecify.annotations.NullMarked;
