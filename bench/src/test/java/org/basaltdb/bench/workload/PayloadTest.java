package org.basaltdb.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PayloadTest {

  @Test
  void aWholePayloadSaysSo() {
    byte[] payload = new byte[Payload.BYTES];
    Payload.fill(payload, 42, 7);
    assertThat(Payload.isWhole(payload, 42)).isTrue();
    assertThat(Payload.isWhole(payload, 43)).isFalse();
    assertThat(Payload.key(payload)).isEqualTo(42);
    assertThat(Payload.version(payload)).isEqualTo(7);
  }

  @Test
  void anyChangedByteIsSeen() {
    for (int offset = 0; offset < Payload.BYTES; offset++) {
      byte[] payload = new byte[Payload.BYTES];
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
