package org.basaltdb.core.partition;

import java.lang.reflect.Field;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.MessagePassingQueue;
import org.jspecify.annotations.Nullable;

/// A place in the ring of a queue as a producer leaves it who is preempted between its step on the
/// producer index and its store of the element: the ring's own `fill` claims before it asks for
/// what to store.
final class ClaimedPlace {
  private final CountDownLatch claimed = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicReference<@Nullable Command> element = new AtomicReference<>();
  private final Thread producer;

  private ClaimedPlace(MessagePassingQueue<Command> ring) {
    producer = Thread.ofPlatform().daemon().unstarted(() -> ring.fill(this::preempted, 1));
  }

  /// Claims the next place.
  @SuppressWarnings("unchecked") // the type of the field
  static ClaimedPlace in(CommandQueue queue) throws ReflectiveOperationException {
    Field field = CommandQueue.class.getDeclaredField("ring");
    field.setAccessible(true);
    ClaimedPlace place = new ClaimedPlace((MessagePassingQueue<Command>) field.get(queue));
    place.producer.start();
    try {
      place.claimed.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return place;
  }

  private Command preempted() {
    claimed.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return Objects.requireNonNull(element.get());
  }

  /// The producer goes on; on return the command is in its place.
  void store(Command command) {
    element.set(command);
    goOn.countDown();
    try {
      producer.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
