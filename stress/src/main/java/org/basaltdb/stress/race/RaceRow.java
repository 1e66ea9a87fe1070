package org.basaltdb.stress.race;

import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.offheap.memory.Memory;

/// What race tests store in a row, so that a reader can tell from its copy alone whether it is one
/// row of one version, whole.
///
/// ```text
/// offset  bytes  field
///      0      8  header     see RowLayout; bytes 2 and 3 are the length
///      8      8  id
///     16      8  version
///     24      2  end of the body
///     26      6  zero
///     32    8*n  words      mix of id, version, length and place
/// ```
final class RaceRow {
  /// The longest body.
  static final int MAX_BODY_BYTES = 64 << 10;

  static final int ID_OFFSET = 8;
  static final int VERSION_OFFSET = 16;
  static final int WORDS_OFFSET = 32;

  /// Bytes of the body before its first word.
  private static final int LEAD_BYTES = 6;

  /// The ids that can be [victims][#fillDecoyBody]: bits 16 to 31 are a length.
  static final long FIRST_VICTIM = 32L << 16;

  private static final long LAST_VICTIM = 4096L << 16;

  private static final int GUEST_FLAG_SHIFT = 42;

  private RaceRow() {}

  /// Bytes of a row with a body of so many words.
  static int bytes(int wordCount) {
    return WORDS_OFFSET + wordCount * Long.BYTES;
  }

  static int bodyBytes(int wordCount) {
    return LEAD_BYTES + wordCount * Long.BYTES;
  }

  static void fillBody(long body, long key, long version, int wordCount) {
    Memory.putLong(body, 0);
    for (int i = 0; i < wordCount; i++) {
      Memory.putLong(body + LEAD_BYTES + (long) i * Long.BYTES, word(key, version, wordCount, i));
    }
  }

  /// A body whose every word is the victim's id, so that wherever one begins to read it there seems
  /// to be a row of the victim: its header says a length if the id is one of [#isVictim].
  static void fillDecoyBody(long body, long victim, int wordCount) {
    Memory.putLong(body, 0);
    for (int i = 0; i < wordCount; i++) {
      Memory.putLong(body + LEAD_BYTES + (long) i * Long.BYTES, victim);
    }
  }

  /// Whether an id, taken for a header, tells the length of some row.
  static boolean isVictim(long key) {
    return key >= FIRST_VICTIM && key < LAST_VICTIM;
  }

  static long key(long row) {
    return Memory.getLong(row + ID_OFFSET);
  }

  static long version(long row) {
    return Memory.getLong(row + VERSION_OFFSET);
  }

  /// Whether the words of a complete image are those of its id and version. The image is of a row
  /// with a large body, as `TablePartition.complete` builds it, so it may be wide.
  static boolean isWholeImage(RowLayout layout, long image) {
    long shift = RowCodec.isWide(image) ? RowLayout.WIDE_EXTRA_BYTES : 0;
    long key = key(image + shift);
    long version = version(image + shift);
    int start = RowCodec.valueStart(layout, image, 0) + LEAD_BYTES;
    int wordCount = (RowCodec.valueEnd(layout, image, 0) - start) / Long.BYTES;
    for (int i = 0; i < wordCount; i++) {
      long word = Memory.getLong(image + start + (long) i * Long.BYTES);
      if (word != word(key, version, wordCount, i)) {
        return false;
      }
    }
    return true;
  }

  /// The version that a complete image tells.
  static long versionOfImage(long image) {
    return version(RowCodec.isWide(image) ? image + RowLayout.WIDE_EXTRA_BYTES : image);
  }

  /// Whether the words of a row copy of `rowBytes` are those of its id and version.
  static boolean isWhole(long row, int rowBytes) {
    boolean guest = (Memory.getLong(row) >>> GUEST_FLAG_SHIFT & 1) != 0;
    int end = guest ? rowBytes - Long.BYTES : rowBytes;
    long key = key(row);
    long version = version(row);
    int wordCount = (end - WORDS_OFFSET) / Long.BYTES;
    for (int i = 0; i < wordCount; i++) {
      long word = Memory.getLong(row + WORDS_OFFSET + (long) i * Long.BYTES);
      if (word != word(key, version, wordCount, i)) {
        return false;
      }
    }
    return true;
  }

  private static long word(long key, long version, int wordCount, int place) {
    return (key * 31 + version) * 0x9E37_79B9_7F4A_7C15L + ((long) wordCount << 32) + place;
  }
}
