package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;

class LogOptionsTest {
  private final LogOptions options =
      LogOptions.of(Disk.DIRECTORY, Disk.DATABASE, new MemoryBudget(Long.MAX_VALUE));

  @Test
  void everyProblemIsNamedAtOnce() {
    assertThatThrownBy(() ->
            new LogOptions(
                Disk.DIRECTORY,
                Disk.DATABASE,
                -1,
                12_345,
                0,
                -5,
                false,
                -1,
                new MemoryBudget(Long.MAX_VALUE),
                0,
                0,
                -9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bufferBytes: found 12345")
        .hasMessageContaining("segmentBytes: found -1")
        .hasMessageContaining("intervalNanos: found 0")
        .hasMessageContaining("replayFromLsn: found -5")
        .hasMessageContaining("maxBytes: found -9")
        .hasMessageContaining("spareSegmentCount: found -1");
  }

  @Test
  void aSegmentIsAtLeastAsLongAsTheRing() {
    assertThatThrownBy(() -> options.withSizes(1 << 20, 1 << 21))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at least bufferBytes, 2097152");
    assertThat(options.withSizes(1 << 21, 1 << 21).segmentBytes()).isEqualTo(1 << 21);
  }

  @Test
  void withersChangeOneThing() {
    LogOptions changed =
        options
            .withSizes(1 << 20, 1 << 19)
            .withIntervalNanos(5_000_000)
            .withReplayFromLsn(64)
            .withMustExist()
            .withSpareSegmentCount(7)
            .withMaxBytes(1 << 23);
    assertThat(changed)
        .isEqualTo(
            new LogOptions(
                options.directory(),
                options.databaseId(),
                1 << 20,
                1 << 19,
                5_000_000,
                64,
                true,
                7,
                options.memoryBudget(),
                0,
                0,
                1 << 23));
  }

  @Test
  void codesOfDurabilityAreFixed() {
    assertThat(Durability.NONE.code()).isZero();
    assertThat(Durability.INTERVAL.code()).isEqualTo(1);
    assertThat(Durability.SYNC.code()).isEqualTo(2);
    for (Durability durability : Durability.values()) {
      assertThat(Durability.ofCode(durability.code())).isEqualTo(durability);
    }
    assertThatThrownBy(() -> Durability.ofCode(3)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fileNamesAreReadAsTheyAreWritten() {
    for (long number : new long[] {1, 42, 999_999_999_999L, 1_000_000_000_000L}) {
      String name = SegmentLayout.fileName(number, SegmentLayout.SEGMENT_SUFFIX);
      assertThat(SegmentLayout.numberOf(name, SegmentLayout.SEGMENT_SUFFIX)).isEqualTo(number);
      assertThat(SegmentLayout.numberOf(name, SegmentLayout.SPARE_SUFFIX)).isZero();
    }
    assertThat(SegmentLayout.fileName(1, SegmentLayout.SEGMENT_SUFFIX))
        .isEqualTo("wal-000000000001.log");
    for (String stranger :
        new String[] {
          "",
          "wal-.log",
          "wal-1.log",
          "wal-00000000000x.log",
          "wal-000000000001.log.bak",
          "xal-000000000001.log"
        }) {
      assertThat(SegmentLayout.numberOf(stranger, SegmentLayout.SEGMENT_SUFFIX)).isZero();
    }
  }
}
