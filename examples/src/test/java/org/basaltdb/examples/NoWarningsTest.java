package org.basaltdb.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.basaltdb.core.Basalt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The engine needs one flag and prints nothing: neither the JVM nor the engine has anything to
/// warn of.
class NoWarningsTest {
  private static final String[] ENGINE = {
    "org.basaltdb.offheap.memory.Memory",
    "org.basaltdb.wal.Durability",
    "org.basaltdb.core.Basalt",
    "org.agrona.concurrent.Agent",
    "org.jctools.queues.MessagePassingQueue",
    "org.jctools.queues.varhandle.MpscVarHandleArrayQueue"
  };

  private record Ended(int status, String output, String errors) {}

  @Test
  void onTheModulePath(@TempDir Path directory) throws Exception {
    List<String> options = modulePath(FirstRows.class);
    assertThat(run(options, FirstRows.class, directory)).isEqualTo(quiet("new"));
    assertThat(run(options, FirstRows.class, directory)).isEqualTo(quiet("known"));
  }

  @Test
  void onTheClassPath(@TempDir Path directory) throws Exception {
    List<String> options = classPath(FirstRows.class);
    assertThat(run(options, FirstRows.class, directory)).isEqualTo(quiet("new"));
    assertThat(run(options, FirstRows.class, directory)).isEqualTo(quiet("known"));
  }

  @Test
  void withDedicatedWriters(@TempDir Path first, @TempDir Path second) throws Exception {
    Ended written = new Ended(0, "written\n", "");
    assertThat(run(modulePath(DedicatedRows.class), DedicatedRows.class, first)).isEqualTo(written);
    assertThat(run(classPath(DedicatedRows.class), DedicatedRows.class, second)).isEqualTo(written);
  }

  private static List<String> modulePath(Class<?> program) {
    return List.of(
        "--enable-native-access=org.basaltdb.offheap",
        "--module-path=" + pathOf(ENGINE),
        "--add-modules=org.basaltdb.core",
        "--class-path=" + pathOf(program.getName()));
  }

  private static List<String> classPath(Class<?> program) {
    return List.of(
        "--enable-native-access=ALL-UNNAMED",
        "--class-path=" + pathOf(ENGINE) + File.pathSeparator + pathOf(program.getName()));
  }

  private static Ended quiet(String novelty) {
    return new Ended(0, "basalt, 2.90 g/cm3, " + novelty + "\n", "");
  }

  private static Ended run(List<String> options, Class<?> program, Path directory)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add(program.getName());
    command.add(directory.resolve("database").toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    // What the JVM takes from these it prints to standard error.
    List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")
        .forEach(builder.environment()::remove);
    Path errors = directory.resolve("errors.txt");
    Process process = builder.redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    int status = process.waitFor();
    return new Ended(status, output, Files.readString(errors));
  }

  /// The jars or directories that classes come from.
  private static String pathOf(String... classNames) {
    return Stream.of(classNames)
        .map(NoWarningsTest::locationOf)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String locationOf(String className) {
    try {
      Class<?> type = Class.forName(className, false, Basalt.class.getClassLoader());
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new AssertionError("no place known for " + className, e);
    }
  }
}
