package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

class MemoryLogTest {
  /// MEMLOG-1: as many claims as there are scratches, each with memory of its own.
  @Test
  void openClaimsHaveMemoryOfTheirOwn() {
    try (MemoryLog log = new MemoryLog()) {
      List<Long> claims = new ArrayList<>();
      Set<Long> addresses = new HashSet<>();
      for (int index = 0; index < MemoryLog.SCRATCH_COUNT; index++) {
        int bytes = payloadBytes(index);
        long lsn = log.claim(bytes);
        assertThat(lsn % RecordLayout.ALIGNMENT_BYTES).isZero();
        assertThat(addresses.add(log.payloadAddress(lsn))).isTrue();
        Memory.fill(log.payloadAddress(lsn), bytes, (byte) index);
        claims.add(lsn);
      }
      assertThat(claims).isSorted().doesNotHaveDuplicates();
      long tail = log.tail();
      assertThat(log.claim(8)).isEqualTo(CommitLog.NO_SPACE);
      assertThat(log.tail()).isEqualTo(tail);
      for (int index = 0; index < claims.size(); index++) {
        int bytes = payloadBytes(index);
        long address = log.payloadAddress(claims.get(index));
        assertThat(Memory.getByte(address)).isEqualTo((byte) index);
        assertThat(Memory.getByte(address + bytes - 1)).isEqualTo((byte) index);
        log.publish(claims.get(index), bytes, RecordType.MUTATION, Durability.SYNC);
      }
      long next = log.claim(8);
      assertThat(next).isGreaterThanOrEqualTo(tail);
      log.publishPadding(next, 8);
    }
  }

  private static int payloadBytes(int index) {
    return index % 5 == 0 ? MemoryLog.SCRATCH_BYTES * 3 + index : 100 + index;
  }

  @Test
  void everythingIsDurableAtOnce() {
    try (MemoryLog log = new MemoryLog()) {
      long before = log.tail();
      long lsn = log.claim(1000);
      log.publish(lsn, 1000, RecordType.MUTATION, Durability.SYNC);
      assertThat(log.endLsn(lsn, 1000)).isEqualTo(log.tail()).isGreaterThan(before);
      assertThat(log.lastSyncLsn()).isEqualTo(log.tail()).isEqualTo(log.durableLsn());
      log.awaitDurable(lsn);
      log.flush();
      log.awaitSpace(1000);
      assertThat(log.failed()).isFalse();
      assertThat(log.stats().appendedBytes()).isEqualTo(1000);
      assertThat(log.recycleBefore(log.tail())).isEqualTo(log.tail());
      assertThatThrownBy(() -> log.claim(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.claim(log.maxPayloadBytes() + 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void claimersNeverShareAScratch() throws Exception {
    long allocated = Memory.allocatedBytes();
    MemoryLog log = new MemoryLog();
    List<FutureTask<Void>> tasks = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      long mark = thread + 1L;
      FutureTask<Void> task =
          new FutureTask<>(() -> {
            long previous = 0;
            for (int index = 0; index < 20_000; index++) {
              int bytes = index % 1000 == 0 ? 2 * MemoryLog.SCRATCH_BYTES : 64;
              long lsn = log.claim(bytes);
              assertThat(lsn).isGreaterThan(previous);
              previous = lsn;
              long address = log.payloadAddress(lsn);
              Memory.putLongOpaque(address, mark);
              Memory.putLongOpaque(address + 56, mark);
              if (Memory.getLongOpaque(address) != mark
                  || Memory.getLongOpaque(address + 56) != mark) {
                throw new AssertionError("MEMLOG-1: a scratch is shared");
              }
              log.publish(lsn, bytes, RecordType.MUTATION, Durability.NONE);
            }
            return null;
          });
      tasks.add(task);
      Thread.ofPlatform().daemon().start(task);
    }
    for (FutureTask<Void> task : tasks) {
      task.get();
    }
    log.close();
    log.close();
    assertThatThrownBy(() -> log.claim(8)).isInstanceOf(LogClosedException.class);
    assertThat(Memory.allocatedBytes()).isEqualTo(allocated);
  }
}
