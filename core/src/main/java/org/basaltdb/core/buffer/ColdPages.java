package org.basaltdb.core.buffer;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.jspecify.annotations.Nullable;

/// Reads pages of a partition that are not in memory, by the thread that wants them: no token, no
/// frame, no lock of the page.
///
/// ```
///   reader (no token, outside of any epoch)          holder of the token
///   C1  w := page word, COLD       (acquire)         image of the page settled    (opaque)
///   C2  image := slot and checksum (opaque)          page word: MARKED -> COLD    (CAS)
///   C3  page word = w, else again                    ...
///   C4  read the slot, check it                      page word: COLD -> RESIDENT, or FREE
///   C5  page word = w, else again                    image settled, old slot retired
/// ```
///
/// - **COLD-1.** While a page is COLD its image stands still: it changes only by a write of the
///   page, which has to be in memory, or after it was freed. So what was read between two looks at
///   one word is the page; a slot that was reused meanwhile is found out by the word, and what is
///   wrong under an unchanged word is damage.
/// - **COLD-2.** One thread reads a page at a time; others wait for it and look again.
///
/// Thread rules: any thread, with a buffer of its own; it may block in the device.
public final class ColdPages {
  private final PageTable table;
  private final PartitionImages images;
  private final ReadsInFlight inFlight = new ReadsInFlight();
  private final AtomicLong readCount = new AtomicLong();
  private volatile @Nullable PageFile file;

  /// For the pages of a partition.
  public ColdPages(PageTable table, PartitionImages images) {
    this.table = table;
    this.images = images;
  }

  /// Says where the images are; comes before any page is COLD.
  public void file(PageFile opened) {
    file = opened;
  }

  /// Where the images are; null as long as there are none.
  public @Nullable PageFile file() {
    return file;
  }

  /// Counts a page that was read by other means than [#read].
  public void noteRead() {
    readCount.incrementAndGet();
  }

  /// Pages read from the device since the database was opened.
  public long readCount() {
    return readCount.get();
  }

  /// What is done with an image, before others may read the page.
  public interface Use {
    /// Does it.
    ///
    /// @param word the page's word before the image was read
    /// @param image its address
    void use(int page, long word, long image);
  }

  /// Reads a page, if it is COLD.
  ///
  /// @param into image 0 of it afterwards
  /// @param use called at most once, with a page that was read
  /// @return the page's word before it was read, which is COLD; zero if the page is not, or not any
  ///   more: look again
  /// @throws CorruptPageException if the image is damaged
  /// @throws IOException if the device fails the read
  public long read(int page, PageImages into, Use use) throws IOException {
    long wordAddress = table.base() + ((long) page << 3);
    if (PageWord.state(Memory.getLongAcquire(wordAddress)) != PageWord.COLD
        || !inFlight.begin(page)) {
      return 0;
    }
    try {
      long word = readAlone(page, wordAddress, into);
      if (word != 0) {
        use.use(page, word, into.address(0));
      }
      return word;
    } finally {
      inFlight.end(page);
    }
  }

  private long readAlone(int page, long wordAddress, PageImages into) throws IOException {
    PageFile opened = file;
    long word = Memory.getLongAcquire(wordAddress);
    long image = images.pageImage(page);
    VarHandle.loadLoadFence();
    if (PageWord.state(word) != PageWord.COLD || Memory.getLongOpaque(wordAddress) != word) {
      return 0;
    }
    if (opened == null || image == 0) {
      throw new IllegalStateException("COLD-1: page " + page + " is COLD and has no image");
    }
    int slot = PartitionImages.slotOf(image);
    try {
      opened.read(slot, page, PartitionImages.checksumOf(image), into);
    } catch (CorruptPageException damaged) {
      if (Memory.getLongAcquire(wordAddress) == word) {
        throw damaged;
      }
      return 0; // the slot is another page's by now
    }
    readCount.incrementAndGet();
    VarHandle.loadLoadFence();
    return Memory.getLongOpaque(wordAddress) == word ? word : 0;
  }
}
