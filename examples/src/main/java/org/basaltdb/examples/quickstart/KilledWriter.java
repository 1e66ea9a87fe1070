package org.basaltdb.examples.quickstart;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.basaltdb.examples.quickstart.CheckFailedException.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.BitSet;
import org.basaltdb.examples.ChildJvm;

/// Runs a [BookingWriter] and kills it in the middle of its work, with the signal that no program
/// can catch.
final class KilledWriter {
  /// How long the writer may write at most.
  private static final long MOST_NANOS = 20_000_000_000L;

  private static final int STATUS_OF_A_KILLED_PROCESS = 128 + 9;

  private KilledWriter() {}

  /// Starts a writer, kills it once it has acknowledged so many bookings (fewer on a slow disk),
  /// and reads what it had acknowledged by then.
  ///
  /// @param directory of a database with the table of bookings, not open
  /// @return the ids of the acknowledged bookings
  static BitSet run(Path directory, int bookings, ProgressBar bar)
      throws IOException, InterruptedException {
    Process process =
        ChildJvm.builder(BookingWriter.class, directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BitSet acknowledged;
    try {
      acknowledged = killAfter(process, bookings, bar);
    } finally {
      process.destroyForcibly();
    }
    int status = process.waitFor();
    check(
        status == STATUS_OF_A_KILLED_PROCESS,
        "the writer ended with status " + status + " before it was killed; see its messages above");
    return acknowledged;
  }

  private static BitSet killAfter(Process process, int bookings, ProgressBar bar)
      throws IOException {
    BitSet acknowledged = new BitSet();
    int count = 0;
    long begin = System.nanoTime();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
      // On to the end of the pipe: what still stands in it after the kill was acknowledged before.
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(BookingWriter.READY)) {
          continue;
        }
        acknowledged.set(Integer.parseInt(line));
        count++;
        if (count == bookings || System.nanoTime() - begin > MOST_NANOS) {
          // By its handle: the process's own method would also close the pipe that is still read.
          process.toHandle().destroyForcibly();
        }
        bar.update(Math.min(count, bookings));
      }
    }
    bar.finish(count);
    return acknowledged;
  }
}
