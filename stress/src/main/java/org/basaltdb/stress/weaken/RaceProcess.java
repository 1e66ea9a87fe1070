package org.basaltdb.stress.weaken;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A JVM of its own that runs race tests, so that it can have classes of its own and options of its
/// own.
final class RaceProcess {
  private static final String SEPARATOR = "\t";

  private RaceProcess() {}

  /// Runs tests and waits for the end.
  ///
  /// @param classPath weakened classes first, if any
  /// @param jvmOptions besides those that every JVM here needs
  static List<RaceResult> run(
      String classPath, List<String> jvmOptions, RacePlan plan, List<String> tests) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-Xmx1g", "-XX:+UseParallelGC", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", classPath, RaceRunner.class.getName()));
    command.addAll(plan.arguments());
    command.addAll(tests);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      List<RaceResult> results = new ArrayList<>();
      List<String> noise = new ArrayList<>();
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith(RaceResult.MARK)) {
            results.add(RaceResult.parse(line.split(SEPARATOR, -1)));
          } else {
            noise.add(line);
          }
        }
      }
      int status = waitFor(process);
      if (status == RaceRunner.STUCK && results.size() < tests.size()) {
        results.add(RaceResult.stuck(tests.get(results.size()), 0, 0));
      } else if (status != 0 || results.isEmpty()) {
        results.add(
            RaceResult.broken(
                tests.getFirst(),
                "the JVM ended with status " + status + ": " + String.join(" | ", noise)));
      }
      return results;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int waitFor(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while race tests ran", e);
    }
  }
}
