package org.basaltdb.bench.garbage;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;

/** What threads have allocated on the heap. Stateless. */
final class HeapAllocation {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final String ENGINE = "basalt-";

  private HeapAllocation() {}

  /** Bytes that the engine's threads that are alive have allocated so far. */
  static long engineBytes() {
    long sum = 0;
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith(ENGINE)) {
        sum += Math.max(0, THREADS.getThreadAllocatedBytes(thread.getThreadId()));
      }
    }
    return sum;
  }

  /** Bytes that the calling thread has allocated so far. */
  static long ownBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }
}
