package org.basaltdb.offheap.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The package in a JVM of its own, as its users start it.
class ModesTest {
  @TempDir private Path directory;

  private record Run(int status, String out, String err) {}

  @Test
  void withNativeAccessNothingIsSaidAndNothingWarnedOf() throws Exception {
    Run run = run("--enable-native-access=ALL-UNNAMED");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("memory ok", "files ok", "epochs ok");
    if (Posix.available()) {
      assertThat(run.out()).contains("native true").doesNotContain("degraded PORTABLE_MODE");
    }
  }

  @Test
  void portableModeByChoiceIsListedAndNotWarnedOf() throws Exception {
    Run run = run("--enable-native-access=ALL-UNNAMED", "-Dbasalt.portable=true");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(
            "native false", "memory ok", "files ok", "epochs ok", "degraded PORTABLE_MODE process");
  }

  @Test
  void withNativeAccessDeniedPortableModeTakesOverAndSaysSoOnce() throws Exception {
    Run run = run("--illegal-native-access=deny");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains(
            "native false", "memory ok", "files ok", "epochs ok", "degraded PORTABLE_MODE process");
    assertThat(run.err()).containsOnlyOnce("degraded: process").contains("--enable-native-access");
  }

  private Run run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-ea");
    command.add("-Xmx64m");
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(classes());
    command.add(ModesProbe.class.getName());
    command.add(directory.toString());
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int status = process.waitFor();
    return new Run(
        status,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  /// The class path of the child: where the build puts the classes of this module, wherever this
  /// JVM found them.
  private static String classes() {
    String own = System.getProperty("java.class.path", "");
    String built = Path.of("target", "classes") + ":" + Path.of("target", "test-classes");
    return own.isEmpty() ? built : built + ":" + own;
  }
}
