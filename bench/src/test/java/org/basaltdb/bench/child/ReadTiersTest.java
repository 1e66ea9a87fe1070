package org.basaltdb.bench.child;

import static org.assertj.core.api.Assertions.assertThat;

import org.basaltdb.bench.protocol.Message;
import org.junit.jupiter.api.Test;

class ReadTiersTest {

  @Test
  void aReadIsOfTheTierThatItCameFrom() {
    ReadTiers tiers = new ReadTiers();
    for (int i = 0; i < 30; i++) {
      tiers.record(1_000, 0);
    }
    for (int i = 0; i < 10; i++) {
      tiers.record(100_000, 1 + i % 2);
    }
    Message reply = Message.of(Message.OK);
    tiers.addTo(reply);
    assertThat(reply.number("coldShare")).isEqualTo(0.25);
    assertThat(reply.number("warmP999")).isBetween(999.0, 1_001.0);
    assertThat(reply.number("coldP50")).isBetween(99_900.0, 100_100.0);
  }

  @Test
  void whereNothingIsKnownNothingIsSaid() {
    Message reply = Message.of(Message.OK);
    new ReadTiers().addTo(reply);
    assertThat(reply.values()).isEmpty();
  }
}
