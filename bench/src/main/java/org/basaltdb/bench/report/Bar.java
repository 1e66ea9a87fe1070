package org.basaltdb.bench.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A limit on a figure, or on its ratio to the figure of another subject.
 *
 * @param name the figure's name
 * @param subject the figure's subject
 * @param form what is compared
 * @param reference the subject compared with; null when the figure itself is limited
 * @param referenceName the name of the figure compared with; null when the figure itself is limited
 * @param sense whether the limit is a highest or a lowest
 * @param limit the limit, which passes
 */
public record Bar(
    String name,
    String subject,
    Form form,
    @Nullable String reference,
    @Nullable String referenceName,
    Sense sense,
    double limit) {

  /** What is compared with the limit. */
  public enum Form {
    /** The figure. */
    VALUE,
    /** The figure over the reference's figure. */
    RATIO,
    /** The reference's figure over this one: of times, the ratio of rates. */
    INVERSE
  }

  /** Which side of the limit passes. */
  public enum Sense {
    AT_MOST("<="),
    UNDER("<"),
    AT_LEAST(">=");

    private final String sign;

    Sense(String sign) {
      this.sign = sign;
    }
  }

  /** The figure itself is at most this. */
  public static Bar atMost(String name, String subject, double limit) {
    return new Bar(name, subject, Form.VALUE, null, null, Sense.AT_MOST, limit);
  }

  /** The figure itself is less than this. */
  public static Bar under(String name, String subject, double limit) {
    return new Bar(name, subject, Form.VALUE, null, null, Sense.UNDER, limit);
  }

  /** The figure itself is at least this. */
  public static Bar atLeast(String name, String subject, double limit) {
    return new Bar(name, subject, Form.VALUE, null, null, Sense.AT_LEAST, limit);
  }

  /** The figure is at most this many times that of the reference. */
  public static Bar atMostTimes(double limit, String name, String subject, String reference) {
    return new Bar(name, subject, Form.RATIO, reference, name, Sense.AT_MOST, limit);
  }

  /** The figure is at least this many times that of the reference. */
  public static Bar atLeastTimes(double limit, String name, String subject, String reference) {
    return new Bar(name, subject, Form.RATIO, reference, name, Sense.AT_LEAST, limit);
  }

  /** The figure is a time, and its rate is at least this many times that of the reference. */
  public static Bar rateAtLeastTimes(double limit, String name, String subject, String reference) {
    return new Bar(name, subject, Form.INVERSE, reference, name, Sense.AT_LEAST, limit);
  }

  /** Whether a found value passes. */
  boolean passes(double found) {
    return switch (sense) {
      case AT_MOST -> found <= limit;
      case UNDER -> found < limit;
      case AT_LEAST -> found >= limit;
    };
  }

  /** In words: {@code rate >= 2 x chronicle-map}. */
  String words(Unit unit) {
    String number =
        limit == Math.rint(limit)
            ? String.format(Locale.ROOT, "%.0f", limit)
            : String.format(Locale.ROOT, "%s", limit);
    return switch (form) {
      case VALUE -> sense.sign + " " + number + " " + unit.symbol();
      case RATIO -> sense.sign + " " + number + " x " + reference;
      case INVERSE -> "rate " + sense.sign + " " + number + " x " + reference;
    };
  }
}
