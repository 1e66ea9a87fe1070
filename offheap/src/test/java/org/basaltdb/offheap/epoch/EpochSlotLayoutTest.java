package org.basaltdb.offheap.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.basaltdb.offheap.LayoutDiagram;
import org.basaltdb.offheap.LayoutDiagram.Field;
import org.junit.jupiter.api.Test;

class EpochSlotLayoutTest {
  @Test
  void theDrawingIsWhatTheConstantsSay() throws IOException {
    assertThat(LayoutDiagram.of(EpochSlotLayout.class).getFirst())
        .containsExactly(
            new Field(EpochSlotLayout.EPOCH, 8, "epoch"),
            new Field(EpochSlotLayout.INDEX, 4, "index"),
            new Field(12, EpochSlotLayout.SLOT_BYTES - 12, "padding"));
  }
}
