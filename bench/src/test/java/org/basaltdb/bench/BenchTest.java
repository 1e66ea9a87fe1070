package org.basaltdb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {

  private static String misuse(String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    assertThat(Bench.run(List.of(arguments), err, err)).isEqualTo(2);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void withoutANameItSaysWhichThereAre() {
    assertThat(misuse())
        .contains("point-read, write, mixed, load, checkpoint, pool, recovery, tiered");
    assertThat(misuse("nonsense")).contains("usage:");
  }

  @Test
  void wrongOptionsAreNamed() {
    assertThat(misuse("write", "--dance")).contains("'--dance'");
    assertThat(misuse("write", "--rows", "many")).contains("--rows; found 'many'");
    assertThat(misuse("write", "--rounds", "0"))
        .contains("--rounds; found '0'; expected a number from 1");
    assertThat(misuse("write", "--json")).contains("no value after --json");
  }
}
