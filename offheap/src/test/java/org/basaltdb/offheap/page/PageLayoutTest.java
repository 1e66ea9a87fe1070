package org.basaltdb.offheap.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.basaltdb.offheap.LayoutDiagram;
import org.basaltdb.offheap.LayoutDiagram.Bits;
import org.basaltdb.offheap.LayoutDiagram.Field;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

class PageLayoutTest {
  @Test
  void theDrawingsAreWhatTheConstantsSay() throws IOException {
    assertThat(LayoutDiagram.of(PageLayout.class).getFirst())
        .isEqualTo(LayoutDiagram.inFormats("Row page").getFirst())
        .containsExactly(
            new Field(PageLayout.PAGE_ID_OFFSET, 8, "pageId"),
            new Field(PageLayout.CHECKSUM_OFFSET, 4, "checksum"),
            new Field(PageLayout.ROW_COUNT_OFFSET, 2, "rowCount"),
            new Field(PageLayout.FLAGS_OFFSET, 2, "flags"),
            new Field(PageLayout.LSN_OFFSET, 8, "lsn"),
            new Field(PageLayout.SYNC_LSN_OFFSET, 8, "syncLsn"),
            new Field(PageLayout.HEAP_TOP_OFFSET, 2, "heapTop"),
            new Field(PageLayout.GARBAGE_BYTES_OFFSET, 2, "garbageBytes"),
            new Field(PageLayout.RESERVED_OFFSET, 4, "reserved"));
    assertThat(PageLayout.SLOTS_OFFSET).isEqualTo(40);
  }

  @Test
  void theDrawingsOfOverflowPagesAreWhatTheConstantsSay() throws IOException {
    assertThat(LayoutDiagram.of(OverflowLayout.class).getFirst())
        .isEqualTo(LayoutDiagram.inFormats("Overflow page").getFirst())
        .containsExactly(
            new Field(OverflowLayout.PAGE_ID_OFFSET, 8, "pageId"),
            new Field(OverflowLayout.CHECKSUM_OFFSET, 4, "checksum"),
            new Field(OverflowLayout.DATA_BYTES_OFFSET, 4, "dataBytes"),
            new Field(OverflowLayout.CHAIN_ID_OFFSET, 8, "chainId"),
            new Field(OverflowLayout.NEXT_OFFSET, 4, "next"),
            new Field(OverflowLayout.RESERVED_OFFSET, 4, "reserved"),
            new Field(OverflowLayout.DATA_OFFSET, OverflowLayout.DATA_CAPACITY, "data"));
  }

  @Test
  void theDrawingsOfTheStateWordAreWhatTheConstantsSay() throws IOException {
    assertThat(LayoutDiagram.bitsOf(PageWord.class).getFirst())
        .isEqualTo(LayoutDiagram.bitsInFormats("Page state word").getFirst())
        .containsExactly(
            bits(PageWord.of(0, 0, -1L), "version"),
            bits(PageWord.of(0, PageWord.MAX_FRAMES - 1, 0), "frame"),
            bits(PageWord.of(0xF, 0, 0), "state"));
  }

  /// The stretch of bits that are one in a word.
  private static Bits bits(long word, String name) {
    return new Bits(Long.numberOfTrailingZeros(word), 63 - Long.numberOfLeadingZeros(word), name);
  }

  @Test
  void aFormattedPageIsEmpty() {
    long page = Memory.allocate(PageLayout.PAGE_BYTES, 8);
    try {
      Memory.fill(page, PageLayout.PAGE_BYTES, (byte) 0x5A);
      PageLayout.format(page, PageLayout.pageId(77, 123_456_789_012L), 66);
      assertThat(PageLayout.tableIdOf(PageLayout.pageId(page))).isEqualTo(77);
      assertThat(PageLayout.localPageOf(PageLayout.pageId(page))).isEqualTo(123_456_789_012L);
      assertThat(PageLayout.rowCount(page)).isZero();
      assertThat(PageLayout.heapTop(page)).isEqualTo(176);
      assertThat(PageLayout.freeBytes(page)).isEqualTo(PageLayout.heapBytes(66)).isEqualTo(8016);
      for (int slot = 0; slot < 66; slot++) {
        assertThat(PageLayout.slot(page, slot)).isZero();
      }
    } finally {
      Memory.free(page);
    }
  }

  @Test
  void locationsPackPageAndSlot() {
    long location = PageLayout.location((1 << 28) - 1, 255);
    assertThat(PageLayout.pageOfLocation(location)).isEqualTo((1 << 28) - 1);
    assertThat(PageLayout.slotOfLocation(location)).isEqualTo(255);
  }
}
