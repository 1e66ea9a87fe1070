package org.basaltdb.bench.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.basaltdb.bench.driver.Subject.SubjectFailedException;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.store.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every engine, in a process of its own, answers everything it can be asked, and answers it right.
 */
class ChildrenTest {

  private static final int HEAP_MEGABYTES = 128;

  @TempDir private Path directory;

  private Run run() {
    Settings settings = new Settings(5_000, 1, 20, true, Set.of(), directory, null);
    return new Run(
        settings, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource(value = Engine.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void anEngineAnswersEveryRequest(Engine engine) throws Exception {
    try (Run run = run()) {
      Subject subject = run.start("subject", engine, HEAP_MEGABYTES);
      run.load(subject, "rows", "scattered", "interval");
      run.load(subject, "others", "dense", "interval");
      // Rows without any safety are torn where two write them.
      int writers = engine == Engine.BARE ? 1 : 3;
      for (String word : new String[] {"read", "payload", "batch", "modify"}) {
        Message request = Message.of(word).with("set", "rows").with("millis", 20);
        assertThat(subject.ask(request).number("rate")).as(word).isPositive();
        Message timed =
            subject.ask(request.with("timed", true).with("threads", Math.min(2, writers)));
        assertThat(timed.number("p99")).as(word).isPositive();
      }
      Message mixed =
          Message.of("mixed").with("set", "rows").with("percent", 50).with("millis", 20);
      assertThat(subject.ask(mixed.with("threads", writers)).number("rate")).isPositive();
      run.check(subject, "rows");
      run.check(subject, "others");
      Message bulk =
          Message.of("bulk").with("rows", 2_000).with("keys", "scattered").with("mode", "none");
      assertThat(subject.ask(bulk).number("rows")).isEqualTo(2_000);
      assertThat(subject.ask(Message.of("memory")).number("resident")).isPositive();
      subject.ask(Message.of("close").with("set", "rows"));
    }
  }

  @Test
  void theControlsMeasureTheMachine() throws Exception {
    try (Run run = run()) {
      Subject control = run.start("control", Engine.NONE, HEAP_MEGABYTES);
      Message chase =
          Message.of("chase").with("bytes", 1_000_000).with("millis", 10).with("threads", 2);
      assertThat(control.ask(chase).number("nanos")).isPositive();
      Message durable = Message.of("durable").with("millis", 10).with("timed", true);
      assertThat(control.ask(durable).number("p50")).isPositive();
    }
  }

  @Test
  void aRefusedRequestFailsWithItsReason() throws Exception {
    try (Run run = run()) {
      Subject subject = run.start("subject", Engine.HASH_MAP, HEAP_MEGABYTES);
      assertThatThrownBy(() -> subject.ask(Message.of("dance")))
          .isInstanceOf(SubjectFailedException.class)
          .hasMessageContaining("dance");
      assertThatThrownBy(
              () -> subject.ask(Message.of("read").with("set", "none").with("millis", 1)))
          .isInstanceOf(SubjectFailedException.class)
          .hasMessageContaining("'none'");
    }
  }

  @Test
  void aChildThatEndsIsReported() throws Exception {
    try (Run run = run()) {
      Subject subject = run.start("subject", Engine.HASH_MAP, HEAP_MEGABYTES);
      subject.kill();
      assertThatThrownBy(() -> subject.ask(Message.of("memory")))
          .isInstanceOf(SubjectFailedException.class);
    }
  }
}
