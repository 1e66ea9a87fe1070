package org.basaltdb.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The scripts at the root of the repository: they parse, can be run, and say what a machine lacks.
class ScriptsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private record Ended(int status, String output) {}

  private static Ended run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }

  static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("scripts"))) {
      return Stream.concat(Stream.of(ROOT.resolve(".ci/run")), files.filter(Files::isRegularFile))
          .filter(ScriptsTest::isBash)
          .toList();
    }
  }

  private static boolean isBash(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().orElse("").equals("#!/usr/bin/env bash");
    } catch (IOException e) {
      throw new AssertionError("cannot read " + file, e);
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void aScriptParsesAndStopsAtTheFirstFailure(Path script) throws Exception {
    assertThat(script).isExecutable().content().contains("\nset -euo pipefail\n");
    assertThat(run("bash", "-n", script.toString())).isEqualTo(new Ended(0, ""));
  }

  @Test
  void withoutAJdkNewEnoughItSaysWhichWereFoundAndWhatToInstall() throws Exception {
    Ended ended = run(ROOT.resolve("scripts/lib/require-jdk").toString(), "999");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output())
        .contains("needs a JDK 999 or later, and none was found")
        .containsPattern("(?m)^ +" + Runtime.version().feature() + "\\S* +/")
        .contains("Install one");
  }

  @Test
  void saysNothingWhereThereIsOne() throws Exception {
    assertThat(run(ROOT.resolve("scripts/lib/require-jdk").toString(), "25"))
        .isEqualTo(new Ended(0, ""));
  }
}
