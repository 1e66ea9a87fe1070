package org.basaltdb.bench.garbage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs programs on a small heap that is never collected. Stateless. */
final class EpsilonJvm {

  static final int HEAP_MEGABYTES = 64;

  private static final int HEAP_RAN_OUT = 3;

  private EpsilonJvm() {}

  /** Runs a program with this JVM's class path and returns its exit status. */
  static int run(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xms" + HEAP_MEGABYTES + "m");
    command.add("-Xmx" + HEAP_MEGABYTES + "m");
    command.add("-XX:+UnlockExperimentalVMOptions");
    command.add("-XX:+UseEpsilonGC");
    command.add("-XX:+AlwaysPreTouch");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** An exit status in words. */
  static String words(int status) {
    return switch (status) {
      case 0 -> "came through";
      case HEAP_RAN_OUT -> "the heap ran out: an operation makes garbage";
      default -> "failed with status " + status;
    };
  }
}
