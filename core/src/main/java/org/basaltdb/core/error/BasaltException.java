package org.basaltdb.core.error;

import java.io.Serial;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The root of all failures that the engine names. The message reads: what; found; expected; where;
/// what to do.
public abstract class BasaltException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /// How many names a message lists before it only counts the rest.
  private static final int MAX_LISTED_NAMES = 20;

  /// For the exceptions of this package.
  ///
  /// @param message what; found; expected; where; what to do
  /// @param cause what led to it, or null
  protected BasaltException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// Puts a message together in the order that all of them follow.
  static String describe(
      String what, String found, String expected, String where, String whatToDo) {
    return what + "; found " + found + "; expected " + expected + "; " + where + "; " + whatToDo;
  }

  /// The names in their order, cut short where there are many.
  static String list(Collection<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    StringBuilder text = new StringBuilder();
    int listed = 0;
    for (String name : names) {
      if (listed == MAX_LISTED_NAMES) {
        return text.append(" and ").append(names.size() - listed).append(" more").toString();
      }
      text.append(listed == 0 ? "" : ", ").append(name);
      listed++;
    }
    return text.toString();
  }

  /// Several problems of one thing, numbered, all in one message.
  static String number(Collection<String> problems) {
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (String problem : problems) {
      text.append(number == 0 ? "" : " ").append('(').append(++number).append(") ").append(problem);
    }
    return text.toString();
  }
}
