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
      Message blocks =
          Message.of("blocks").with("bytes", 2_500_000).with("millis", 10).with("threads", 2);
      assertThat(control.ask(blocks).number("rate")).isPositive();
      assertThat(control.ask(blocks.with("timed", true)).number("p99")).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Engine.class,
      names = {"BASALT", "ROCKSDB", "LMDB"})
  void aKilledChildLosesNothing(Engine engine) throws Exception {
    try (Run run = run()) {
      Subject subject = run.start("subject", engine, HEAP_MEGABYTES);
      subject.ask(killed("open"));
      subject.ask(Message.of("load").with("set", "rows"));
      int updates = 0;
      for (int life = 0; life < 2; life++) {
        Message tail =
            subject.ask(
                Message.of("tail")
                    .with("set", "rows")
                    .with("updates", updates)
                    .with("bytes", 200_000));
        assertThat(tail.number("bytes")).isGreaterThanOrEqualTo(200_000);
        int last = tail.integer("updates") - updates;
        updates += last;
        run.kill(subject);
        subject = run.start("subject", engine, HEAP_MEGABYTES);
        Message recovered = subject.ask(killed("recover").with("updates", updates));
        assertThat(recovered.number("nanos")).isPositive();
        assertThat(recovered.integer("replayed", last)).isGreaterThanOrEqualTo(last);
        subject.ask(verification(updates, last));
      }
      Message oneTooFew = verification(updates - 1, 1);
      Subject whole = subject;
      assertThatThrownBy(() -> whole.ask(oneTooFew))
          .isInstanceOf(SubjectFailedException.class)
          .hasMessageContaining("wrong answers");
    }
  }

  private static Message killed(String word) {
    return Message.of(word)
        .with("set", "rows")
        .with("rows", 5_000)
        .with("first", 500)
        .with("keys", "scattered")
        .with("mode", "interval");
  }

  private static Message verification(int updates, int last) {
    return Message.of("verify").with("set", "rows").with("updates", updates).with("last", last);
  }

  @ParameterizedTest
  @EnumSource(
      value = Engine.class,
      names = {"BASALT", "ROCKSDB"})
  void longerRowsAreReadWithLessMemory(Engine engine) throws Exception {
    try (Run run = run()) {
      Subject subject = run.start("subject", engine, HEAP_MEGABYTES);
      int rows = 20_000;
      subject.ask(
          Message.of("open")
              .with("set", "rows")
              .with("rows", rows)
              .with("payload", 1_016)
              .with("mode", "interval")
              .with("budget", Tiered.budgetBytes(rows))
              .with("pool", Tiered.poolBytes(rows)));
      subject.ask(Message.of("load").with("set", "rows"));
      subject.ask(Message.of("checkpoint").with("set", "rows"));
      run.check(subject, "rows");
      for (String draws : new String[] {"uniform", "zipf"}) {
        Message whole =
            Message.of("whole").with("set", "rows").with("draws", draws).with("millis", 20);
        assertThat(subject.ask(whole.with("threads", 2)).number("rate")).isPositive();
        Message timed =
            subject.ask(whole.with("threads", 1).with("timed", true).with("tiers", true));
        assertThat(timed.number("p99")).isPositive();
        assertThat(timed.number("deviceBytes")).isNotNegative();
        if (engine == Engine.ROCKSDB) {
          assertThat(timed.number("coldShare")).isBetween(0.0, 1.0);
        }
      }
    }
  }

  @Test
  void anEngineWithoutSettingsForLessMemoryRefusesIt() throws Exception {
    try (Run run = run()) {
      Subject subject = run.start("subject", Engine.HASH_MAP, HEAP_MEGABYTES);
      Message open =
          Message.of("open")
              .with("set", "rows")
              .with("rows", 10)
              .with("budget", 100)
              .with("pool", 50);
      assertThatThrownBy(() -> subject.ask(open))
          .isInstanceOf(SubjectFailedException.class)
          .hasMessageContaining("limit of memory");
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
