package org.basaltdb.bench.driver;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.basaltdb.bench.protocol.Message;
import org.jspecify.annotations.Nullable;

/**
 * A child process, as the driver sees it: a name, and answers to requests. Used by one thread at a
 * time.
 */
public final class Subject implements AutoCloseable {

  private static final int LOG_LINES_SHOWN = 25;
  private static final long CLOSE_SECONDS = 60;

  private final String name;
  private final Process process;
  private final Path log;
  private final Writer requests;
  private final BufferedReader replies;
  private final long patienceSeconds;

  /**
   * Starts a child.
   *
   * @param command the whole command line
   * @param log where its standard error goes
   * @param patienceSeconds how long an answer may take before the child is given up
   */
  Subject(String name, List<String> command, Path log, long patienceSeconds) throws IOException {
    this.name = name;
    this.log = log;
    this.patienceSeconds = patienceSeconds;
    this.process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
    this.replies =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  public String name() {
    return name;
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws SubjectFailedException if the child says that it failed, gives a wrong answer, ends, or
   *     does not answer in time
   */
  public Message ask(Message request) {
    Message reply = Message.parse(exchange(request));
    if (!reply.word().equals(Message.OK)) {
      throw failure("was asked " + reply.text("reason"));
    }
    if (!reply.text("wrong", "0").equals("0")) {
      throw failure("gave " + reply.text("wrong") + " wrong answers to '" + request + "'");
    }
    return reply;
  }

  private String exchange(Message request) {
    Thread watch = Thread.ofVirtual().start(this::giveUpLater);
    String reply = null;
    try {
      requests.write(request + "\n");
      requests.flush();
      reply = replies.readLine();
    } catch (IOException e) {
      throw failure("cannot be asked '" + request + "': " + e.getMessage());
    } finally {
      watch.interrupt();
    }
    if (reply == null) {
      throw failure("ended, or took more than " + patienceSeconds + " s, at '" + request + "'");
    }
    return reply;
  }

  private void giveUpLater() {
    try {
      TimeUnit.SECONDS.sleep(patienceSeconds);
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SubjectFailedException failure(String what) {
    return new SubjectFailedException(name + " " + what + lastLines());
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      List<String> shown = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
      return shown.isEmpty() ? "" : "\n  | " + String.join("\n  | ", shown);
    } catch (IOException e) {
      return "";
    }
  }

  /** Ends the child: its input is closed, it closes its stores; a child that does not is killed. */
  @Override
  public void close() {
    try {
      requests.close();
      if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
      if (process.isAlive()) {
        throw new UncheckedIOException("cannot close " + name, e);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Kills the child and waits until it is gone. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** A child could not do what it was asked, so there is nothing to compare. */
  public static final class SubjectFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SubjectFailedException(@Nullable String message) {
      super(message);
    }
  }
}
