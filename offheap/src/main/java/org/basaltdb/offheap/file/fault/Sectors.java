package org.basaltdb.offheap.file.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.basaltdb.offheap.file.Randomness;

/// One file of the simulated disk: what readers see, what is durable, and every version in between
/// that a power cut may leave.
///
/// The unit is the sector of 512 bytes, the one thing a disk writes whole. Sector arrays are never
/// changed once stored, so that the versions can share them; a sector that is not in a map is
/// zeroes.
///
/// Thread rules: under the lock of its [FaultyFiles].
final class Sectors {
  static final int SECTOR_BYTES = 512;

  private static final byte[] ZEROES = new byte[SECTOR_BYTES];

  private Map<Long, byte[]> live = new HashMap<>();
  private long liveSize;
  private Map<Long, byte[]> durable = new HashMap<>();
  private long durableSize;

  /// By sector: the contents it was given since the last sync, in order.
  private final Map<Long, List<byte[]>> unsynced = new HashMap<>();

  /// The sizes the file had since the last sync, in order.
  private final List<Long> unsyncedSizes = new ArrayList<>();

  long size() {
    return liveSize;
  }

  /// Copies `length` bytes at `offset` into `target`.
  void read(byte[] target, int length, long offset) {
    for (int done = 0; done < length; ) {
      int within = (int) ((offset + done) % SECTOR_BYTES);
      int part = Math.min(SECTOR_BYTES - within, length - done);
      byte[] sector = live.getOrDefault((offset + done) / SECTOR_BYTES, ZEROES);
      System.arraycopy(sector, within, target, done, part);
      done += part;
    }
  }

  /// Stores `length` bytes of `source` at `offset`; the file grows when needed.
  void write(byte[] source, int length, long offset) {
    for (int done = 0; done < length; ) {
      long number = (offset + done) / SECTOR_BYTES;
      int within = (int) ((offset + done) % SECTOR_BYTES);
      int part = Math.min(SECTOR_BYTES - within, length - done);
      byte[] sector = live.getOrDefault(number, ZEROES).clone();
      System.arraycopy(source, done, sector, within, part);
      store(number, sector);
      done += part;
    }
    if (length > 0 && offset + length > liveSize) {
      resize(offset + length);
    }
  }

  /// Stores zeroes over `[from, to)`; the file grows when needed.
  void zero(long from, long to) {
    byte[] zeroes = new byte[SECTOR_BYTES];
    for (long at = from; at < to; ) {
      long number = at / SECTOR_BYTES;
      int part = (int) Math.min(SECTOR_BYTES - at % SECTOR_BYTES, to - at);
      // most of what is filled never held anything, and needs no version to say so
      if (live.containsKey(number) || durable.containsKey(number) || unsynced.containsKey(number)) {
        write(zeroes, part, at);
      }
      at += part;
    }
    if (to > liveSize) {
      resize(to);
    }
  }

  void truncate(long size) {
    if (size < liveSize) {
      zero(size, liveSize);
    }
    resize(size);
  }

  /// Makes durable what readers see.
  void sync() {
    unsynced.forEach((number, versions) -> put(durable, number, versions.getLast()));
    durableSize = liveSize;
    forgetUnsynced();
  }

  /// A sync that failed: any part of what it should have made durable may be; the system regards
  /// all of it as clean and will not try again, while readers go on seeing it.
  void failSync(Randomness randomness) {
    settle(randomness);
    forgetUnsynced();
  }

  /// A power cut: any part of what was not durable survives, and is all there is from now on.
  void cutPower(Randomness randomness) {
    settle(randomness);
    forgetUnsynced();
    live = new HashMap<>(durable);
    liveSize = durableSize;
  }

  /// Flips one bit, durably and unseen.
  void flipBit(long offset, int bit) {
    flip(live, offset, bit);
    flip(durable, offset, bit);
  }

  private void store(long number, byte[] sector) {
    put(live, number, sector);
    unsynced.computeIfAbsent(number, absent -> new ArrayList<>()).add(sector);
  }

  private void resize(long size) {
    liveSize = size;
    unsyncedSizes.add(size);
  }

  private static void put(Map<Long, byte[]> sectors, long number, byte[] sector) {
    if (Arrays.equals(sector, ZEROES)) {
      sectors.remove(number);
    } else {
      sectors.put(number, sector);
    }
  }

  private static void flip(Map<Long, byte[]> sectors, long offset, int bit) {
    byte[] sector = sectors.getOrDefault(offset / SECTOR_BYTES, ZEROES).clone();
    sector[(int) (offset % SECTOR_BYTES)] ^= (byte) (1 << bit);
    put(sectors, offset / SECTOR_BYTES, sector);
  }

  /// Decides what of the unsynced reached the disk. One time in four nothing, one in four
  /// everything; else each sector for itself, at any version it had, and the size too.
  private void settle(Randomness randomness) {
    int fate = (int) (randomness.nextLong() >>> 62);
    if (fate == 0) {
      return;
    }
    boolean everything = fate == 1;
    List<Entry<Long, List<byte[]>>> sectors = new ArrayList<>(unsynced.entrySet());
    sectors.sort(Entry.comparingByKey()); // a seed must mean the same in every run
    for (Entry<Long, List<byte[]>> sector : sectors) {
      int survivor =
          everything ? sector.getValue().size() : pick(randomness, sector.getValue().size() + 1);
      if (survivor > 0) {
        put(durable, sector.getKey(), sector.getValue().get(survivor - 1));
      }
    }
    int size = everything ? unsyncedSizes.size() : pick(randomness, unsyncedSizes.size() + 1);
    if (size > 0) {
      durableSize = unsyncedSizes.get(size - 1);
    }
    cutOff(durableSize);
  }

  /// What lies beyond the durable size is not there.
  private void cutOff(long size) {
    durable.keySet().removeIf(number -> number * SECTOR_BYTES >= size);
    byte[] last = durable.get(size / SECTOR_BYTES);
    if (last != null) {
      byte[] cut = last.clone();
      Arrays.fill(cut, (int) (size % SECTOR_BYTES), SECTOR_BYTES, (byte) 0);
      put(durable, size / SECTOR_BYTES, cut);
    }
  }

  private static int pick(Randomness randomness, int bound) {
    return (int) Long.remainderUnsigned(randomness.nextLong(), bound);
  }

  private void forgetUnsynced() {
    unsynced.clear();
    unsyncedSizes.clear();
  }
}
