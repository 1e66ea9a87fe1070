package org.basaltdb.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One quantity of one subject: a value for each round. Not safe for several threads. */
public final class Figure {

  private final String name;
  private final String subject;
  private final Unit unit;
  private final List<Double> values = new ArrayList<>();

  Figure(String name, String subject, Unit unit) {
    this.name = name;
    this.subject = subject;
    this.unit = unit;
  }

  public String name() {
    return name;
  }

  public String subject() {
    return subject;
  }

  public Unit unit() {
    return unit;
  }

  /** Adds the value of the next round. */
  public void add(double value) {
    values.add(value);
  }

  /** Number of rounds so far. */
  public int rounds() {
    return values.size();
  }

  /** The median over all rounds. */
  public double median() {
    return median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The smallest value of a round. */
  public double least() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
  }

  /** The largest value of a round. */
  public double most() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }

  /**
   * This figure over another: the median of the rounds' own ratios where both have the same rounds
   * (a round's values are taken within seconds of each other, so what slows the machine slows
   * both), else the ratio of the medians.
   */
  public double over(Figure other) {
    if (rounds() != other.rounds()) {
      return median() / other.median();
    }
    double[] ratios = new double[rounds()];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = values.get(round) / other.values.get(round);
    }
    return median(ratios);
  }

  static double median(double[] values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
