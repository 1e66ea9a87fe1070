package org.basaltdb.core.codec;

import java.util.ConcurrentModificationException;
import org.basaltdb.offheap.memory.Memory;

/// UTF-8 in native memory. Well-formed means the table 3-7 of the Unicode standard: no surrogates,
/// no overlong forms, nothing past U+10FFFF. Nothing allocates.
final class Utf8 {
  /// The most bytes that one char of UTF-16 can need.
  static final int MAX_BYTES_PER_CHAR = 3;

  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /// Bytes of the text in UTF-8, or the complement (`~`) of the index of the first unpaired
  /// surrogate.
  static long length(CharSequence text) {
    int chars = text.length();
    long bytes = chars;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        continue;
      }
      if (c < 0x800) {
        bytes += 1;
      } else if (!Character.isSurrogate(c)) {
        bytes += 2;
      } else if (isPair(text, i, chars)) {
        bytes += 2; // four for the two chars
        i++;
      } else {
        return ~(long) i;
      }
    }
    return bytes;
  }

  private static boolean isPair(CharSequence text, int i, int chars) {
    return Character.isHighSurrogate(text.charAt(i))
        && i + 1 < chars
        && Character.isLowSurrogate(text.charAt(i + 1));
  }

  /// Whether the text is ASCII and fits a chunk, which then holds it. A loop over two arrays and
  /// one copy after it take half the time of a loop over native memory.
  static boolean isAscii(String text, byte[] chunk) {
    int chars = text.length();
    if (chars > chunk.length) {
      return false;
    }
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return false;
      }
      chunk[i] = (byte) c;
    }
    return true;
  }

  /// Writes the text in UTF-8.
  ///
  /// @param end the first address that must not be written
  /// @return bytes written, or the complement (`~`) of the index of the first unpaired surrogate
  /// @throws ConcurrentModificationException if the text needs more room, having changed since it
  ///   was measured
  static int encode(CharSequence text, long to, long end) {
    int chars = text.length();
    long at = to;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      int bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : !Character.isSurrogate(c) ? 3 : 4;
      if (bytes > end - at) {
        throw new ConcurrentModificationException("the text changed while it was encoded");
      }
      switch (bytes) {
        case 1 -> Memory.putByte(at, (byte) c);
        case 2 -> {
          Memory.putByte(at, (byte) (0xC0 | c >>> 6));
          Memory.putByte(at + 1, continuation(c));
        }
        case 3 -> {
          Memory.putByte(at, (byte) (0xE0 | c >>> 12));
          Memory.putByte(at + 1, continuation(c >>> 6));
          Memory.putByte(at + 2, continuation(c));
        }
        default -> {
          if (!isPair(text, i, chars)) {
            return ~i;
          }
          int codePoint = Character.toCodePoint(c, text.charAt(++i));
          Memory.putByte(at, (byte) (0xF0 | codePoint >>> 18));
          Memory.putByte(at + 1, continuation(codePoint >>> 12));
          Memory.putByte(at + 2, continuation(codePoint >>> 6));
          Memory.putByte(at + 3, continuation(codePoint));
        }
      }
      at += bytes;
    }
    return (int) (at - to);
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  /// The index of the first byte that is not part of a well-formed sequence, or -1 if all are.
  static int findFault(long address, int length) {
    int i = 0;
    while (i < length) {
      if (i <= length - Long.BYTES && (Memory.getLong(address + i) & NOT_ASCII) == 0) {
        i += Long.BYTES;
        continue;
      }
      int first = Memory.getUnsignedByte(address + i);
      int bytes = first < 0x80 ? 1 : sequenceBytes(address + i, first, length - i);
      if (bytes == 0) {
        return i;
      }
      i += bytes;
    }
    return -1;
  }

  /// Bytes of the sequence that begins there, or 0 if it is malformed.
  private static int sequenceBytes(long address, int first, int left) {
    int bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || bytes > left) {
      return 0;
    }
    // the second byte excludes overlong forms, surrogates and what lies past U+10FFFF
    int second = Memory.getUnsignedByte(address + 1);
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < bytes; i++) {
      if ((Memory.getByte(address + i) & 0xC0) != 0x80) {
        return 0;
      }
    }
    return bytes;
  }
}
