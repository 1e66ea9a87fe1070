package org.basaltdb.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The states of a command slot (TOKEN-3), step by step on one thread.
class CommandTest {
  private static final class Nothing extends Command {
    @Override
    protected int execute() {
      return FINISHED;
    }
  }

  private final Command command = new Nothing();

  @Test
  void runsThroughItsStates() {
    assertThat(command.isFree()).isTrue();
    command.arm();
    assertThat(command.isFree()).isFalse();
    command.begin();
    assertThat(command.isDone()).isFalse();
    command.finish();
    assertThat(command.isDone()).isTrue();
    assertThat(command.failure()).isNull();
    command.consume();
    assertThat(command.isFree()).isTrue();
  }

  @Test
  void isFreedByTheDrainerWhenAbandonedInTheRing() {
    command.arm();
    command.abandon();
    assertThat(command.isFree()).isFalse();
    command.begin();
    assertThat(command.isFree()).isFalse();
    command.finish();
    assertThat(command.isFree()).isTrue();
  }

  @Test
  void isFreedByTheDrainerWhenAbandonedWhileItRuns() {
    command.arm();
    command.begin();
    command.abandon();
    assertThat(command.isFree()).isFalse();
    command.finish();
    assertThat(command.isFree()).isTrue();
  }

  @Test
  void isFreeAtOnceWhenAbandonedAfterItsEnd() {
    command.arm();
    command.begin();
    command.finish();
    command.abandon();
    assertThat(command.isFree()).isTrue();
  }

  @Test
  void refusesStepsThatAreNotInTheDiagram() {
    assertThatThrownBy(command::consume)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("found FREE")
        .hasMessageContaining("expected DONE");
    assertThatThrownBy(command::abandon).hasMessageContaining("found FREE");
    assertThatThrownBy(command::begin).hasMessageContaining("found FREE");
    command.arm();
    assertThatThrownBy(command::arm).hasMessageContaining("found QUEUED");
    assertThatThrownBy(command::consume).hasMessageContaining("found QUEUED");
    command.begin();
    assertThatThrownBy(command::disarm).hasMessageContaining("found RUNNING");
    command.abandon();
    assertThatThrownBy(command::abandon).hasMessageContaining("found ABANDONED");
    assertThatThrownBy(command::arm).hasMessageContaining("found ABANDONED");
  }

  @Test
  void forgetsAFailureWhenArmedAgain() {
    command.arm();
    command.begin();
    command.fail(new IllegalArgumentException("no"));
    assertThat(command.failure()).hasMessage("no");
    command.consume();
    command.arm();
    command.begin();
    command.finish();
    assertThat(command.failure()).isNull();
  }
}
