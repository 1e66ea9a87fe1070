/// Images of pages on disk: the file of a partition's slots, which slots are free, and which slot
/// holds the image of which page. Knows pages by number and as 8 KiB of bytes, and nothing of rows,
/// frames or checkpoints.
@NullMarked
package org.basaltdb.core.store;

import org.jspecify.annotations.NullMarked;
