package org.basaltdb.core;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What the engine says through its logger while this is open.
final class Warnings extends Handler implements AutoCloseable {
  /// Held: a logger that nobody holds forgets its handlers.
  private final Logger logger = Logger.getLogger("org.basaltdb");

  private final List<String> said = new ArrayList<>();

  Warnings() {
    logger.addHandler(this);
  }

  @Override
  public synchronized void publish(LogRecord message) {
    said.add(new SimpleFormatter().formatMessage(message));
  }

  /// How many messages have that in them.
  synchronized long countWith(String text) {
    return said.stream().filter(message -> message.contains(text)).count();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
