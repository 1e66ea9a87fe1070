package org.basaltdb.offheap.posix;

import java.lang.reflect.Proxy;

/// System calls of a machine that knows none: everything fails with `ENOSYS`. For tests that answer
/// the few calls they expect, and run in portable mode too.
public class RefusingCalls extends DelegatingCalls {
  /// Refuses everything.
  public RefusingCalls() {
    super(refusing());
  }

  private static SystemCalls refusing() {
    return (SystemCalls)
        Proxy.newProxyInstance(
            SystemCalls.class.getClassLoader(),
            new Class<?>[] {SystemCalls.class},
            (proxy, method, arguments) -> (long) -Errno.ENOSYS);
  }
}
