package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

class RecordLayoutTest {
  /// LOG-8, over every position in a block and every length of payload.
  @Test
  void fromEveryFramesEndPaddingFitsBeforeTheNextBoundary() {
    for (long lsn = 0; lsn < RecordLayout.BLOCK_BYTES; lsn += RecordLayout.ALIGNMENT_BYTES) {
      for (int payloadBytes = 0; payloadBytes < 2 * RecordLayout.BLOCK_BYTES; payloadBytes++) {
        long frameBytes = RecordLayout.frameBytes(lsn, payloadBytes);
        long rest = RecordLayout.blockCeiling(lsn + frameBytes) - (lsn + frameBytes);
        long fill = frameBytes - RecordLayout.HEADER_BYTES - payloadBytes;
        if (frameBytes % RecordLayout.ALIGNMENT_BYTES != 0
            || (rest != 0 && rest < RecordLayout.MIN_PADDING_FRAME_BYTES)
            || fill < 0
            || fill >= RecordLayout.ALIGNMENT_BYTES + RecordLayout.MIN_PADDING_FRAME_BYTES) {
          throw new AssertionError(
              "LOG-8: at " + lsn + ", " + payloadBytes + " bytes take " + frameBytes);
        }
      }
    }
  }

  @Test
  void theLongestFrameIsCounted() {
    int longest = Integer.MAX_VALUE / 2;
    assertThat(RecordLayout.frameBytes(1L << 50, longest))
        .isGreaterThanOrEqualTo((long) longest + RecordLayout.HEADER_BYTES);
  }

  /// What is published is what is read, and the length appears last.
  @Test
  void aHeaderIsReadAsItWasWritten() {
    long address = Memory.allocate(64, 8);
    RecordLayout.publish(
        address, 0x123456789AL, 17, RecordType.DDL, (byte) 3, Durability.INTERVAL, 0x8BCDEF01);
    assertThat(RecordLayout.lengthAcquire(address)).isEqualTo(RecordLayout.HEADER_BYTES + 17);
    assertThat(RecordLayout.length(address)).isEqualTo(RecordLayout.HEADER_BYTES + 17);
    assertThat(RecordLayout.lsn(address)).isEqualTo(0x123456789AL);
    assertThat(RecordLayout.type(address)).isEqualTo(RecordType.DDL);
    assertThat(RecordLayout.version(address)).isEqualTo(RecordLayout.VERSION);
    assertThat(RecordLayout.durabilityCode(address)).isEqualTo(Durability.INTERVAL.code());
    assertThat(RecordLayout.flags(address)).isEqualTo((byte) 3);
    assertThat(RecordLayout.generation(address)).isEqualTo(0x8BCDEF01);
    Memory.free(address);
  }

  /// LOG-4: the same bytes have another checksum in every generation.
  @Test
  void theGenerationSeedsTheChecksum() {
    long address = Memory.allocate(64, 8);
    RecordChecksum checksum = new RecordChecksum(address, 64);
    Set<Integer> seen = new HashSet<>();
    for (int generation = 0; generation < 10_000; generation++) {
      RecordLayout.publish(
          address, 64, 40, RecordType.MUTATION, (byte) 0, Durability.SYNC, generation);
      seen.add(checksum.ofFrame(address, 64));
    }
    assertThat(seen).hasSize(10_000);
    Memory.free(address);
  }
}
