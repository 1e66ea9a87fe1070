package org.basaltdb.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {

  @ParameterizedTest
  @ValueSource(ints = {24, 28, Payload.BYTES, 1_016})
  void aWholePayloadSaysSo(int bytes) {
    byte[] payload = new byte[bytes];
    Payload.fill(payload, 42, 7);
    assertThat(Payload.isWhole(payload, 42)).isTrue();
    assertThat(Payload.isWhole(payload, 43)).isFalse();
    assertThat(Payload.key(payload)).isEqualTo(42);
    assertThat(Payload.version(payload)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 28, Payload.BYTES, 1_016})
  void anyChangedByteIsSeen(int bytes) {
    for (int offset = 0; offset < bytes; offset++) {
      byte[] payload = new byte[bytes];
      Payload.fill(payload, 42, 7);
      payload[offset] ^= 1;
      assertThat(Payload.isWhole(payload, 42)).as("byte %d", offset).isFalse();
    }
  }

  @Test
  void halvesOfTwoVersionsAreSeen() {
    for (int cut = 1; cut < Payload.BYTES; cut++) {
      byte[] old = new byte[Payload.BYTES];
      byte[] torn = new byte[Payload.BYTES];
      Payload.fill(old, 42, 7);
      Payload.fill(torn, 42, 8);
      System.arraycopy(old, 0, torn, 0, cut);
      boolean same = cut <= Long.BYTES;
      assertThat(Payload.isWhole(torn, 42)).as("cut at %d", cut).isEqualTo(same);
    }
  }
}
