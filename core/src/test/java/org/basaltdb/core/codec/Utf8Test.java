package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.Random;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

/// UTF-8 as the JDK has it, without its replacement characters.
class Utf8Test {
  private final long scratch = Memory.allocate(1 << 20, 8);
  private final byte[] chunk = new byte[100];
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private final CharBuffer decoded = CharBuffer.allocate(100);

  private void assertEncodes(String text) {
    byte[] expected = text.getBytes(StandardCharsets.UTF_8);
    for (CharSequence form : new CharSequence[] {text, CharBuffer.wrap(text)}) {
      assertThat(Utf8.length(form)).isEqualTo(expected.length);
      long end = scratch + 3L * text.length();
      assertThat(Utf8.encode(form, scratch, end)).isEqualTo(expected.length);
      byte[] actual = new byte[expected.length];
      Memory.copyToArray(scratch, actual, 0, actual.length);
      assertThat(actual).isEqualTo(expected);
    }
    assertThat(Utf8.findFault(scratch, expected.length)).isEqualTo(-1);
    assertThat(Utf8.isAscii(text, chunk))
        .isEqualTo(text.length() <= chunk.length && expected.length == text.length());
  }

  @Test
  void everyCodePointIsEncoded() {
    for (int block = 0; block <= Character.MAX_CODE_POINT; block += 1 << 12) {
      StringBuilder text = new StringBuilder();
      for (int codePoint = block; codePoint < block + (1 << 12); codePoint++) {
        if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
          text.appendCodePoint(codePoint);
        }
      }
      assertEncodes(text.toString());
    }
  }

  @Test
  void surrogatesComeInPairsOrAreRefusedWhereTheyStand() {
    String[] malformed = {"\ud800", "ab\udc00", "\ud800x", "x\ud800\ud800\udc00", "\udc00\ud800"};
    int[] positions = {0, 2, 0, 1, 0};
    for (int i = 0; i < malformed.length; i++) {
      for (CharSequence form : new CharSequence[] {malformed[i], CharBuffer.wrap(malformed[i])}) {
        assertThat(Utf8.length(form)).isEqualTo(~positions[i]);
        assertThat(Utf8.encode(form, scratch, scratch + 100)).isEqualTo(~positions[i]);
      }
    }
  }

  @Test
  void neverWritesPastTheEnd() {
    Memory.putLong(scratch, 0);
    assertThatThrownBy(() -> Utf8.encode("aé", scratch, scratch + 2))
        .isInstanceOf(ConcurrentModificationException.class);
    assertThatThrownBy(() -> Utf8.encode("abc", scratch, scratch + 2))
        .isInstanceOf(ConcurrentModificationException.class);
    assertThat(Memory.getLong(scratch) >>> 16).isZero();
  }

  /// Agrees with the JDK's decoder on which bytes are well-formed, for every start and for
  /// mutations of well-formed text.
  @Test
  void findsFaultsWhereTheJdkDoes() {
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        assertAgrees((byte) first, (byte) second);
        for (int third : new int[] {0x00, 0x7f, 0x80, 0xbf, 0xc0}) {
          assertAgrees((byte) first, (byte) second, (byte) third);
          assertAgrees((byte) first, (byte) second, (byte) third, (byte) 0x80);
          assertAgrees((byte) first, (byte) second, (byte) third, (byte) 0xc0);
        }
      }
    }
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = "plain text, é and 中 and \ud83d\ude00".getBytes(StandardCharsets.UTF_8);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      assertAgrees(bytes);
    }
  }

  private void assertAgrees(byte... bytes) {
    Memory.copyFromArray(bytes, 0, scratch, bytes.length);
    decoded.clear();
    boolean wellFormed =
        decoder.reset().decode(ByteBuffer.wrap(bytes), decoded, true).isUnderflow();
    int fault = Utf8.findFault(scratch, bytes.length);
    if ((fault < 0) != wellFormed || (fault > 0 && Utf8.findFault(scratch, fault) >= 0)) {
      fail("%s: fault at %d", Arrays.toString(bytes), fault);
    }
  }
}
