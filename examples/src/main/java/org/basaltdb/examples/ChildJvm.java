package org.basaltdb.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts programs in a JVM of their own that has the engine where this JVM has it, and the one
/// flag the engine asks for.
public final class ChildJvm {
  private ChildJvm() {}

  /// A process that runs a main class with its arguments; not yet started.
  public static ProcessBuilder builder(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String modulePath = System.getProperty("jdk.module.path");
    if (modulePath == null) {
      command.add("--enable-native-access=ALL-UNNAMED");
    } else {
      command.add("--enable-native-access=org.basaltdb.offheap");
      command.add("--module-path=" + modulePath);
      command.add("--add-modules=org.basaltdb.core");
    }
    command.add("--class-path=" + System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }
}
