package org.basaltdb.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenStepsTest {
  private static final long MUCH = 1L << 30;

  @Test
  void eachIsDoneOnce() throws IOException {
    AtomicIntegerArray done = new AtomicIntegerArray(100);
    OpenSteps.run(100, MUCH, done::incrementAndGet);
    for (int i = 0; i < 100; i++) {
      assertThat(done.get(i)).isOne();
    }
  }

  /// Each of two steps a processor waits until all of them have begun.
  @Test
  void readsAreWaitedForByTwiceAsManyThreadsAsThereAreProcessors() throws IOException {
    int count = 2 * Runtime.getRuntime().availableProcessors();
    CountDownLatch begun = new CountDownLatch(count);
    OpenSteps.runReads(
        count,
        MUCH,
        step -> {
          begun.countDown();
          try {
            begun.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
    assertThat(begun.getCount()).isZero();
  }

  @Test
  void whatIsShortIsDoneByTheCaller() throws IOException {
    Thread caller = Thread.currentThread();
    OpenSteps.run(8, 1000, partition -> assertThat(Thread.currentThread()).isSameAs(caller));
  }

  @Test
  void theFirstFailureIsThrownAfterAllOfThem() {
    AtomicIntegerArray done = new AtomicIntegerArray(4);
    assertThatThrownBy(() ->
            OpenSteps.run(
                4,
                MUCH,
                partition -> {
                  done.incrementAndGet(partition);
                  if (partition > 0) {
                    throw new IOException("partition " + partition);
                  }
                }))
        .isInstanceOf(IOException.class)
        .hasMessage("partition 1")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
    for (int i = 0; i < 4; i++) {
      assertThat(done.get(i)).isOne();
    }
  }

  @Test
  void anInterruptDoesNotEndTheWait() throws Exception {
    AtomicIntegerArray done = new AtomicIntegerArray(2);
    boolean[] interrupted = new boolean[1];
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              try {
                OpenSteps.run(
                    2,
                    MUCH,
                    partition -> {
                      done.incrementAndGet(partition);
                    });
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
              interrupted[0] = Thread.currentThread().isInterrupted();
            });
    caller.join();
    assertThat(interrupted[0]).isTrue();
    assertThat(done.get(0) + done.get(1)).isEqualTo(2);
  }
}
