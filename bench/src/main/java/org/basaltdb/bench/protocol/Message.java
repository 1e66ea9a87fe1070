package org.basaltdb.bench.protocol;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A word and named values on one line: {@code read set=scattered millis=800}.
 *
 * <p>Names and values hold no white space, except that of {@link #FAILED}, whose single value is
 * the rest of the line.
 *
 * @param word what is asked or answered
 * @param values by name, in the order they were given
 */
public record Message(String word, Map<String, String> values) {

  /** The word of a reply to a request that was carried out. */
  public static final String OK = "ok";

  /**
   * The word of a reply to a request that was not carried out; the value {@code reason} says why.
   */
  public static final String FAILED = "failed";

  private static final String REASON = "reason";

  /** A message without values yet. */
  public static Message of(String word) {
    return new Message(word, new LinkedHashMap<>());
  }

  /** The reply to a request that failed. */
  public static Message failed(String reason) {
    Message message = of(FAILED);
    message.values.put(REASON, reason.replaceAll("\\s+", " "));
    return message;
  }

  /** Adds a value and returns this message. */
  public Message with(String name, Object value) {
    String text =
        value instanceof Double number
            ? String.format(Locale.ROOT, "%.3f", number)
            : String.valueOf(value);
    if (text.isEmpty() || text.chars().anyMatch(Character::isWhitespace)) {
      throw new IllegalArgumentException(
          "value of '" + name + "'; found '" + text + "'; expected text without white space");
    }
    values.put(name, text);
    return this;
  }

  /** The message of a line as {@link #toString} writes it. */
  public static Message parse(String line) {
    String[] words = line.strip().split("\\s+", 2);
    Message message = of(words[0]);
    String rest = words.length > 1 ? words[1] : "";
    if (message.word.equals(FAILED)) {
      message.values.put(REASON, rest);
      return message;
    }
    for (String pair : rest.isEmpty() ? new String[0] : rest.split("\\s+")) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "message; found '" + pair + "'; expected name=value; in '" + line + "'");
      }
      message.values.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return message;
  }

  /** A value that has to be there. */
  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "message '" + word + "'; no value '" + name + "'; found " + values.keySet());
    }
    return value;
  }

  /** A value that may be missing. */
  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** A number that has to be there. */
  public double number(String name) {
    return Double.parseDouble(text(name));
  }

  /** A whole number that has to be there. */
  public int integer(String name) {
    return Integer.parseInt(text(name));
  }

  /** A whole number that has to be there and may be beyond an int. */
  public long longInteger(String name) {
    return Long.parseLong(text(name));
  }

  /** A whole number that may be missing. */
  public int integer(String name, int otherwise) {
    return values.containsKey(name) ? integer(name) : otherwise;
  }

  /** The line, without its end. */
  @Override
  public String toString() {
    if (word.equals(FAILED)) {
      return FAILED + " " + text(REASON);
    }
    StringBuilder line = new StringBuilder(word);
    values.forEach((name, value) -> line.append(' ').append(name).append('=').append(value));
    return line.toString();
  }
}
