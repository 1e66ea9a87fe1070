package org.basaltdb.core.buffer;

import java.util.Arrays;

/// The pages of a partition that somebody reads from the device right now: one thread a page,
/// others wait for it.
///
/// Thread rules: any thread; nobody waits holding a token or inside an epoch. Allocates nothing but
/// for more threads at once than ever before.
final class ReadsInFlight {
  private int[] pages = new int[16];
  private int count;

  /// Begins to read a page, or waits until whoever reads it is through. An interrupt does not end
  /// the wait, and stays.
  ///
  /// @return false if another thread has read it: look again
  synchronized boolean begin(int page) {
    boolean interrupted = false;
    boolean waited = false;
    while (isReading(page)) {
      waited = true;
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (waited) {
      return false;
    }
    if (count == pages.length) {
      pages = Arrays.copyOf(pages, count * 2);
    }
    pages[count++] = page;
    return true;
  }

  /// Ends what [#begin] began.
  synchronized void end(int page) {
    for (int i = 0; i < count; i++) {
      if (pages[i] == page) {
        pages[i] = pages[--count];
        break;
      }
    }
    notifyAll();
  }

  private boolean isReading(int page) {
    for (int i = 0; i < count; i++) {
      if (pages[i] == page) {
        return true;
      }
    }
    return false;
  }
}
