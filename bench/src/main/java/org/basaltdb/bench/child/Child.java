package org.basaltdb.bench.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.store.Engine;

/**
 * The main class of a child: reads requests from standard input, writes one reply to standard
 * output for each, and ends when the input ends (so that no child outlives its driver). What
 * engines print goes to standard error.
 */
public final class Child {

  private Child() {}

  /**
   * Serves one driver.
   *
   * @param arguments the engine's word, and an existing directory for this child alone
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream replies = System.out;
    System.setOut(System.err);
    try (Requests requests = new Requests(Engine.ofWord(arguments[0]), Path.of(arguments[1]));
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        replies.println(answer(requests, line));
        replies.flush();
      }
    }
  }

  /**
   * Whatever goes wrong in a request is the driver's to report; the whole trace is in this child's
   * standard error.
   */
  @SuppressWarnings("CatchAndPrintStackTrace")
  private static Message answer(Requests requests, String line) {
    try {
      return requests.answer(Message.parse(line));
    } catch (Exception | LinkageError | OutOfMemoryError e) {
      e.printStackTrace();
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return Message.failed("'" + line + "': " + cause);
    }
  }
}
