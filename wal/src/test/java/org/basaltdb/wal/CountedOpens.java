package org.basaltdb.wal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.jspecify.annotations.Nullable;

/// How many files are open.
final class CountedOpens {
  private final AtomicInteger count = new AtomicInteger();
  private final FileLayer layer;

  CountedOpens(FileLayer files) {
    layer =
        proxy(
            FileLayer.class,
            (method, arguments) -> {
              Object result = call(files, method, arguments);
              return result instanceof DataFile file ? counted(file) : result;
            });
  }

  /// The files, through which opens and closes are counted.
  FileLayer layer() {
    return layer;
  }

  int count() {
    return count.get();
  }

  private DataFile counted(DataFile file) {
    count.incrementAndGet();
    return proxy(
        DataFile.class,
        (method, arguments) -> {
          if (method.getName().equals("close")) {
            count.decrementAndGet();
          }
          return call(file, method, arguments);
        });
  }

  private interface Call {
    @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> call.call(method, arguments)));
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }
}
