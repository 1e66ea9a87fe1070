package org.basaltdb.stress.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// A running [Subject], seen from the judge: takes commands, and enters what it says into the
/// ledger. Commands are for one thread.
final class SubjectProcess implements AutoCloseable {
  private static final String END = "end of output";

  private final Process process;
  private final Ledger ledger;
  private final Faults faults;
  private final Thread reader;
  private final Thread errorReader;
  private final LinkedBlockingQueue<String[]> milestones = new LinkedBlockingQueue<>();
  private final List<String> diagnostics = new ArrayList<>();
  private volatile @Nullable String killAt;
  private volatile long killDelayNanos;
  private volatile long killedNanos;
  private volatile Dump dump = new Dump();
  private Dump.@Nullable FoundTable dumpedTable;

  /// Starts one.
  ///
  /// @param directory for the JVM's own files
  SubjectProcess(Path directory, RoundPlan plan, Ledger ledger, Faults faults) throws IOException {
    this.ledger = ledger;
    this.faults = faults;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Xmx256m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=" + (plan.loadSeed() % 2 == 0 ? 1 : 4));
    command.add("-XX:ErrorFile=" + directory.resolve("hs_err_%p.log"));
    if (plan.assertions()) {
      command.add("-ea:org.basaltdb...");
    }
    if (plan.portable()) {
      command.add("-Dbasalt.portable=true");
    }
    command.add("--class-path=" + System.getProperty("java.class.path"));
    command.add(Subject.class.getName());
    process = new ProcessBuilder(command).start();
    reader = Thread.ofPlatform().name("subject-output").start(this::read);
    errorReader = Thread.ofPlatform().name("subject-errors").start(this::readErrors);
  }

  /// Sends a command.
  void command(Object... fields) {
    StringBuilder line = new StringBuilder();
    for (Object field : fields) {
      line.append(line.isEmpty() ? "" : " ").append(field);
    }
    try {
      process.getOutputStream().write(line.append('\n').toString().getBytes(UTF_8));
      process.getOutputStream().flush();
    } catch (IOException processIsGone) {
      // Awaiting its answer tells.
    }
  }

  /// Waits for a message that stands for progress, skipping others of that kind.
  ///
  /// @return its fields, or null if it did not come in time or the process ended
  String @Nullable [] await(String milestone, long timeoutSeconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    while (true) {
      String[] next = milestones.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null || next[0].equals(END)) {
        return null;
      }
      if (next[0].equals(milestone)) {
        return next;
      }
    }
  }

  /// Has it tell all that is in the database.
  ///
  /// @return null if it did not in time
  @Nullable Dump dump(long timeoutSeconds) throws InterruptedException {
    Dump told = new Dump();
    dump = told;
    command(Message.DUMP);
    return await(Message.DUMPED, timeoutSeconds) == null ? null : told;
  }

  /// Kills the process soon after it says a message of that kind, or when the time is over.
  void killAt(String message, long delayNanos, long timeoutSeconds) throws InterruptedException {
    killDelayNanos = delayNanos;
    killAt = message;
    process.waitFor(timeoutSeconds, TimeUnit.SECONDS);
    kill();
  }

  /// Kills the process, if that has not happened, and reads all it had said.
  void kill() throws InterruptedException {
    signalKill();
    process.waitFor();
    reader.join();
    errorReader.join();
  }

  private void signalKill() {
    if (killedNanos == 0) {
      killedNanos = System.nanoTime();
    }
    // By its handle: the process's own method would also close the pipe that is still read.
    process.toHandle().destroyForcibly();
  }

  /// Has the JVM print its threads, for a process that does not answer.
  void dumpThreads() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();
    Thread.sleep(2_000);
  }

  /// When it was killed, in the judge's [System#nanoTime].
  long killedNanos() {
    return killedNanos;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// What it printed that is no message, errors first of all.
  List<String> diagnostics() {
    synchronized (diagnostics) {
      return List.copyOf(diagnostics);
    }
  }

  /// Kills the process if it still runs; does not wait for its end.
  @Override
  public void close() {
    process.destroyForcibly();
  }

  // ---- the reading threads ----

  private void read() {
    try (InputStream output = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      // A line without an end was not written whole, and counts for nothing.
      for (int b = output.read(); b >= 0; b = output.read()) {
        if (b == '\n') {
          take(bytes.toString(UTF_8));
          bytes.reset();
        } else {
          bytes.write(b);
        }
      }
    } catch (IOException closed) {
      diagnose("reading its output: " + closed);
    } finally {
      milestones.add(new String[] {END});
    }
  }

  private void readErrors() {
    try (var lines = process.errorReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        diagnose(line);
      }
    } catch (IOException closed) {
      throw new UncheckedIOException(closed);
    }
  }

  private void diagnose(String line) {
    synchronized (diagnostics) {
      if (diagnostics.size() < 400) {
        diagnostics.add(line);
      }
    }
  }

  private void take(String line) {
    String[] fields = line.split(" ", -1);
    if (fields[0].equals(killAt)) {
      LockSupport.parkNanos(killDelayNanos);
      signalKill();
    }
    switch (fields[0]) {
      case Message.BEGIN -> begin(fields);
      case Message.BEGIN_TABLE -> beginTable(fields);
      case Message.ACK ->
          ledger.acknowledge(
              Long.parseLong(fields[1]),
              fields.length > 2 ? Long.valueOf(fields[2]) : null,
              System.nanoTime());
      case Message.SHOWN ->
          ledger.show(
              Long.parseLong(fields[1]),
              Long.parseLong(fields[2]),
              Long.parseLong(fields[3]),
              System.nanoTime());
      case Message.WRONG ->
          faults.add(Fault.valueOf(fields[1]), line.substring(Message.WRONG.length() + 1));
      case Message.TABLE -> dumpedTable = dump.table(fields[1], Long.parseLong(fields[2]));
      case Message.ROW -> row(fields);
      case Message.OPENING, Message.OPENED, Message.DUMPED, Message.LOADING, Message.CLOSED ->
          milestones.add(fields);
      default -> diagnose(line);
    }
  }

  private void begin(String[] fields) {
    Operation operation =
        new Operation(
            Long.parseLong(fields[1]),
            fields[3].equals("1"),
            Integer.parseInt(fields[6]),
            Durability.valueOf(fields[2]),
            ledger.nextPlace());
    ledger.begin(
        operation,
        Long.parseLong(fields[4]),
        fields[5].equals(Message.NUMBERED) ? null : Long.valueOf(fields[5]));
  }

  private void beginTable(String[] fields) {
    long version = Long.parseLong(fields[1]);
    boolean removes = fields[2].equals("1");
    ledger.beginTable(
        new Operation(version, removes, 0, Durability.SYNC, ledger.nextPlace()), fields[3]);
  }

  private void row(String[] fields) {
    if (dumpedTable != null) {
      dumpedTable
          .rows()
          .put(
              Long.valueOf(fields[1]),
              new Dump.Row(Long.parseLong(fields[2]), Integer.parseInt(fields[3])));
    }
  }
}
