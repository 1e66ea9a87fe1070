package org.basaltdb.core.partition;

import java.lang.reflect.Field;

/// A place in the ring of a queue as a producer leaves it who is preempted between its step on the
/// producer index and its store of the element.
final class ClaimedPlace {
  private final Object[] elements;
  private final int index;

  private ClaimedPlace(Object[] elements, int index) {
    this.elements = elements;
    this.index = index;
  }

  /// Claims the next place.
  static ClaimedPlace in(CommandQueue queue) throws ReflectiveOperationException {
    Object ring = field(CommandQueue.class, "ring").get(queue);
    Field producerIndex = field(ring.getClass(), "producerIndex");
    Object[] elements = (Object[]) field(ring.getClass(), "buffer").get(ring);
    long claimed = producerIndex.getLong(ring);
    producerIndex.setLong(ring, claimed + 1);
    return new ClaimedPlace(elements, (int) claimed & (elements.length - 1));
  }

  /// The producer goes on.
  void store(Command command) {
    elements[index] = command;
  }

  private static Field field(Class<?> start, String name) throws NoSuchFieldException {
    for (Class<?> type = start; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field;
        }
      }
    }
    throw new NoSuchFieldException(name);
  }
}
