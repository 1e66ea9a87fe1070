package org.basaltdb.offheap.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The memory limit of this process's control group, read from the files of the kernel.
///
/// `/proc/self/cgroup` names the group, one line a hierarchy: `0::/path` for version 2,
/// `n:memory:/path` for version 1. Inside a container the named path is often that of the host and
/// not there; the mount point itself then is the group.
final class CgroupMemory {
  private static final String VERSION_2_LIMIT = "memory.max";
  private static final String VERSION_1_LIMIT = "memory.limit_in_bytes";

  private CgroupMemory() {}

  /// The least limit from the group up to the root of the hierarchy; [Long#MAX_VALUE] when there is
  /// none.
  static long limitBytes(Path root) throws IOException {
    Path mount = root.resolve("sys/fs/cgroup");
    long limit = Long.MAX_VALUE;
    for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
      String[] fields = line.split(":", 3);
      if (fields.length < 3) {
        continue;
      }
      String group = fields[2].startsWith("/") ? fields[2].substring(1) : fields[2];
      if (fields[0].equals("0") && fields[1].isEmpty()) {
        limit = Math.min(limit, leastUpwards(mount, group, VERSION_2_LIMIT));
      } else if (fields[1].contains("memory")) {
        limit = Math.min(limit, leastUpwards(mount.resolve("memory"), group, VERSION_1_LIMIT));
      }
    }
    return limit;
  }

  private static long leastUpwards(Path hierarchy, String group, String file) throws IOException {
    long limit = Long.MAX_VALUE;
    Path directory = hierarchy.resolve(group).normalize();
    while (directory != null && directory.startsWith(hierarchy)) {
      limit = Math.min(limit, limitIn(directory.resolve(file)));
      directory = directory.getParent();
    }
    return limit;
  }

  private static long limitIn(@Nullable Path file) throws IOException {
    if (file == null || !Files.isReadable(file)) {
      return Long.MAX_VALUE;
    }
    String text = Files.readString(file).strip();
    long limit = text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    // version 1 says "no limit" with a number of the size of the address space
    return limit >= 1L << 62 ? Long.MAX_VALUE : limit;
  }
}
