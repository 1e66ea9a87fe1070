package org.basaltdb.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargerThanMemoryTest {
  private static final long POOL_BYTES = 1 << 20;

  @Test
  void readsFromBothTiersAndLeavesNothingBehind(@TempDir Path parent) throws Exception {
    Path directory = parent.resolve("larger");
    Files.createDirectories(directory.resolve("log"));
    Files.writeString(directory.resolve("log").resolve("left"), "by a run that was cut short");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, UTF_8);

    new LargerThanMemory(directory, new Narrator(out, false), POOL_BYTES, 4_000).run();

    assertThat(directory).doesNotExist();
    assertThat(bytes.toString(UTF_8))
        .containsPattern("A full scan: 8,192 rows, 0 missing")
        .containsPattern("bytes of rows +8,388,608\\n")
        .containsPattern("bytes of the pool +1,048,576\\n")
        .containsPattern("reads from memory +[1-9][0-9]*\\.")
        .containsPattern("reads from disk +[1-9][0-9]*\\.")
        .containsPattern("rows compared +" + "12,992\\n")
        .containsPattern("rows wrong +0\\n");
  }
}
