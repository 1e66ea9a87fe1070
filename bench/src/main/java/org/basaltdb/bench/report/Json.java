package org.basaltdb.bench.report;

import java.util.Locale;

/** The two JSON values that a report needs. */
final class Json {

  private Json() {}

  /** A string with quotes, quotation marks, backslashes and control characters escaped. */
  static String string(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  /** A number with six significant digits; null for what JSON has no number for. */
  static String number(double value) {
    return Double.isFinite(value)
        ? new java.math.BigDecimal(value, new java.math.MathContext(6)).toPlainString()
        : "null";
  }
}
