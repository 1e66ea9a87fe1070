package org.basaltdb.offheap.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Another JVM that runs a class of this module's tests.
final class JavaProcess {
  private JavaProcess() {}

  static ProcessBuilder of(Class<?> main, String[] options, String argument) {
    String own = System.getProperty("java.class.path", "");
    String built = Path.of("target", "classes") + ":" + Path.of("target", "test-classes");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx64m");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(own.isEmpty() ? built : built + ":" + own);
    command.add(main.getName());
    command.add(argument);
    return new ProcessBuilder(command);
  }
}
