package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.offheap.memory.MemoryBudget;

/// The writers of all partitions, which take turns: a command that waits for a copy waits for a few
/// pieces, and not for all images of other partitions.
///
/// Confined to the checkpointer.
final class ImageWriters implements AutoCloseable {
  private final List<ImageWriter> writers = new ArrayList<>();

  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing is
  ///   left behind
  ImageWriters(List<Partition> partitions, PageFiles files, MemoryBudget budget) {
    try {
      for (Partition partition : partitions) {
        writers.add(
            new ImageWriter(Checkpointer.tierOf(partition), files.get(partition.number()), budget));
      }
    } catch (Throwable refused) {
      close();
      throw refused;
    }
  }

  /// Writes all images that the checkpoint needs.
  ///
  /// @param meanwhile done between two pieces
  /// @throws IOException if one could not be written
  void write(Runnable meanwhile) throws IOException {
    boolean more = true;
    while (more) {
      more = false;
      for (ImageWriter writer : writers) {
        stepThoseThatAreAwaited();
        meanwhile.run();
        if (!writer.isThrough()) {
          writer.step();
          more = true;
        }
      }
    }
  }

  private void stepThoseThatAreAwaited() throws IOException {
    for (ImageWriter writer : writers) {
      if (writer.isAwaited()) {
        writer.step();
      }
    }
  }

  /// Images written.
  long imageCount() {
    return writers.stream().mapToLong(ImageWriter::imageCount).sum();
  }

  /// Each of them, whatever comes of the others.
  @Override
  public void close() {
    FirstFailure<RuntimeException> failures = new FirstFailure<>();
    for (ImageWriter writer : writers) {
      try {
        writer.close();
      } catch (RuntimeException failure) {
        failures.add(failure);
      }
    }
    failures.rethrow();
  }
}
