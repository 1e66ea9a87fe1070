package org.basaltdb.stress.race;

import java.util.Random;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;

/// Two rows whose bodies are too large for a page. The writer replaces them in turn, so that the
/// pages of one row's old chain become those of the other row's new one.
final class LargeValues {
  private static final int EXPECTED_ROW_BYTES = 200;
  private static final int SMALLEST_WORDS = 1_100;
  private static final int LARGEST_WORDS = 2_600;
  private static final long KEY = 1;
  private static final int ROWS = 2;
  private static final int PATIENCE_SPINS = 2_000;

  private final RaceMemory memory = new RaceMemory(EXPECTED_ROW_BYTES);
  private final RowLayout layout = memory.layout();
  private final RaceTable table = new RaceTable(memory);
  private final Register[] registers = {new Register(false), new Register(false)};
  private final Random random = new Random(42);
  private final ThreadLocal<Long> images =
      ThreadLocal.withInitial(() -> Memory.allocate(RaceRow.MAX_BODY_BYTES * 2L, Long.BYTES));
  private final ThreadLocal<Long> copies =
      ThreadLocal.withInitial(() -> Memory.allocate(PageLayout.PAGE_BYTES, Long.BYTES));

  private volatile int steps;

  LargeValues() {
    step();
    step();
  }

  /// The writer's next step.
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void step() {
    int i = steps % ROWS;
    int wordCount = SMALLEST_WORDS + random.nextInt(LARGEST_WORDS - SMALLEST_WORDS);
    table.put(KEY + i, registers[i].beginPut(), wordCount);
    registers[i].end();
    steps++;
  }

  /// Lets the writer, if it is at work, replace the row and give its pages away.
  private void awaitSteps(int count) {
    int begin = steps;
    for (int spins = 0; spins < PATIENCE_SPINS && steps - begin < count; spins++) {
      Thread.onSpinWait();
    }
  }

  /// Reads a row and fetches its body.
  ///
  /// @param leaves whether the reader leaves the epoch in between, as a scan does that copied the
  ///   row with its page a while ago
  String read(int choice, boolean leaves) {
    int i = Math.floorMod(choice, ROWS);
    RaceReader reader = memory.reader();
    long floor = registers[i].floor();
    long image = images.get();
    long copy = copies.get();
    reader.enter();
    try {
      int rowBytes = reader.readInside(table, KEY + i);
      if (rowBytes <= 0) {
        return rowBytes < 0 ? Register.ASK_WRITER : Register.MISSED;
      }
      if (!RowCodec.hasOverflow(reader.row())) {
        return Register.NEVER_WAS;
      }
      Memory.copy(reader.row(), copy, rowBytes);
      if (leaves) {
        reader.exit();
        awaitSteps(ROWS + (choice >>> 16 & 1));
        reader.enter();
      }
      int bytes = reader.complete(table, copy, layout.everything(), image);
      return bytes < 0
          ? Register.GONE
          : registers[i].judgeImage(
              floor, RaceRow.isWholeImage(layout, image), RaceRow.versionOfImage(image));
    } finally {
      reader.exit();
    }
  }
}
