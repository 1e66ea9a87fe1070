package org.basaltdb.stress.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Options;
import org.basaltdb.core.WriterIdle;
import org.basaltdb.core.WriterMode;
import org.jspecify.annotations.Nullable;

/// The process that is killed: does the judge's commands (see [Message]).
public final class Subject {
  private final Announcer announcer = new Announcer();
  private @Nullable Basalt database;
  private @Nullable Load load;
  private List<KnownTable> found = List.of();

  private Subject() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Subject subject = new Subject();
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      subject.carryOut(line.split(" ", -1));
    }
    // The judge is gone; whatever writes here must not outlive it.
    Runtime.getRuntime().halt(0);
  }

  private void carryOut(String[] command) throws InterruptedException {
    switch (command[0]) {
      case Message.OPEN -> open(Path.of(command[1]), command);
      case Message.DUMP -> {
        found = new Inspection(opened(), announcer).run();
        announcer.say(Message.DUMPED);
      }
      case Message.LOAD -> load(command);
      case Message.CLOSE -> close();
      default -> throw new IllegalArgumentException("unknown command: " + command[0]);
    }
  }

  private void open(Path directory, String[] command) {
    announcer.say(Message.OPENING);
    long begin = System.nanoTime();
    database = Basalt.open(directory, options(command));
    announcer.say(Message.OPENED, (System.nanoTime() - begin) / 1_000_000);
  }

  private static Options options(String[] command) {
    Options.Builder options = Options.builder();
    for (int i = 2; i < command.length; i++) {
      String[] option = command[i].split("=", 2);
      int number = option[1].matches("\\d+") ? Integer.parseInt(option[1]) : 0;
      switch (option[0]) {
        case "memoryBudgetBytes" -> options.memoryBudgetBytes(number);
        case "poolBytes" -> options.poolBytes(number);
        case "partitions" -> options.partitions(number);
        case "writerMode" -> options.writerMode(WriterMode.valueOf(option[1]));
        case "writerIdle" -> options.writerIdle(WriterIdle.valueOf(option[1]));
        case "ringCapacity" -> options.ringCapacity(number);
        case "intervalMillis" -> options.interval(Duration.ofMillis(number));
        case "logSegmentBytes" -> options.logSegmentBytes(number);
        case "checkpointLogBytes" -> options.checkpointLogBytes(number);
        case "logBufferBytes" -> options.logBufferBytes(number);
        default -> throw new IllegalArgumentException("unknown option: " + command[i]);
      }
    }
    // Waiting long is no fault where two processors are shared by many.
    return options.backpressureTimeout(Duration.ofMinutes(1)).build();
  }

  private void load(String[] command) {
    SplittableRandom random = new SplittableRandom(Long.parseLong(command[1]));
    LoadTable.Mixture mixture = LoadTable.Mixture.valueOf(command[4]);
    load =
        new Load(
            opened(),
            announcer,
            mixture,
            Long.parseLong(command[3]),
            Boolean.parseBoolean(command[5]));
    load.start(found, Integer.parseInt(command[2]), random);
  }

  private void close() throws InterruptedException {
    if (load != null) {
      load.close();
      load = null;
    } else {
      opened().close();
    }
    database = null;
    found = List.of();
    announcer.say(Message.CLOSED);
  }

  private Basalt opened() {
    if (database == null) {
      throw new IllegalStateException("no database is open");
    }
    return database;
  }
}
