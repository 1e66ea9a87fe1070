/// Slotted pages of 8 KiB, and the words of the page table that say where a page is and who works
/// on it.
@NullMarked
package org.basaltdb.offheap.page;

import org.jspecify.annotations.NullMarked;
