package org.basaltdb.bench.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MessageTest {

  @Test
  void aLineComesBackAsItWasWritten() {
    Message message =
        Message.of("read").with("set", "scattered").with("millis", 800).with("rate", 1.5);
    assertThat(message.toString()).isEqualTo("read set=scattered millis=800 rate=1.500");
    assertThat(Message.parse(message.toString())).isEqualTo(message);
  }

  @Test
  void aFailureKeepsItsWords() {
    Message failed = Message.parse(Message.failed("no such\n set").toString());
    assertThat(failed.word()).isEqualTo(Message.FAILED);
    assertThat(failed.text("reason")).isEqualTo("no such set");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> Message.of("x").with("a", "b c"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Message.parse("x nonsense")).hasMessageContaining("nonsense");
    assertThatThrownBy(() -> Message.of("x").text("a")).hasMessageContaining("no value 'a'");
  }
}
