package org.basaltdb.examples.quickstart;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.wal.Durability;

/// The program that gets killed: it books as fast as it can, each booking with [Durability#SYNC],
/// and writes the id of a booking to its standard output once the engine has acknowledged it. It
/// never ends by itself.
public final class BookingWriter {
  /// Threads that write at the same time.
  static final int THREADS = 2;

  /// The first line it writes: the database is open.
  static final String READY = "ready";

  private final FileOutputStream acknowledged = new FileOutputStream(FileDescriptor.out);

  private BookingWriter() {}

  /// Writes until it is killed.
  ///
  /// @param arguments the database's directory
  public static void main(String[] arguments) throws InterruptedException {
    new BookingWriter().run(Path.of(arguments[0]));
  }

  private void run(Path directory) throws InterruptedException {
    try (Basalt database = Basalt.open(directory)) {
      Table bookings = database.table(Bookings.TABLE);
      acknowledge(READY);
      Thread[] threads = new Thread[THREADS];
      for (int i = 0; i < THREADS; i++) {
        long firstId = i + 1L;
        threads[i] = Thread.ofPlatform().start(() -> book(database, bookings, firstId));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private void book(Basalt database, Table bookings, long firstId) {
    try (Session session = database.openSession()) {
      RowBuffer row = bookings.newRow();
      for (long id = firstId; ; id += THREADS) {
        Bookings.fill(row, id);
        session.insert(bookings, row, Durability.SYNC);
        acknowledge(Long.toString(id));
      }
    } catch (RuntimeException failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  /// One line in one write, so that lines of two threads never mix.
  private void acknowledge(String line) {
    try {
      acknowledged.write((line + "\n").getBytes(US_ASCII));
    } catch (IOException readerIsGone) {
      throw new UncheckedIOException(readerIsGone);
    }
  }
}
