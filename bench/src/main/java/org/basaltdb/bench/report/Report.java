package org.basaltdb.bench.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All figures and bars of one run, in the order in which they were first named. Not safe for
 * several threads.
 */
public final class Report {

  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final List<Bar> bars = new ArrayList<>();
  private final List<String> subjects = new ArrayList<>();

  /**
   * The figures of one name, one for each subject, and the subject that the others are compared
   * with.
   */
  private record Group(
      String name, String title, Unit unit, String reference, Map<String, Figure> figures) {}

  /** A bar and what was found; found is not a number when a subject did not take part. */
  private record Verdict(Bar bar, Figure figure, double found) {
    boolean passes() {
      return bar.passes(found);
    }
  }

  /**
   * Names a group of figures before the first value is added.
   *
   * @param name for programs: {@code point-read.get.scattered}
   * @param title for people
   * @param reference the subject that the table's last column compares with
   */
  public void group(String name, String title, Unit unit, String reference) {
    groups.put(name, new Group(name, title, unit, reference, new LinkedHashMap<>()));
  }

  /** Names the subjects in the order in which tables list them, whichever has its turn first. */
  public void subjects(List<String> names) {
    names.stream().filter(name -> !subjects.contains(name)).forEach(subjects::add);
  }

  private List<Figure> figures(Group group) {
    return group.figures.values().stream()
        .sorted(Comparator.comparingInt(figure -> subjects.indexOf(figure.subject())))
        .toList();
  }

  /** Adds the value of a round. */
  public void add(String name, String subject, double value) {
    Group group = groups.get(name);
    if (group == null) {
      throw new IllegalArgumentException(
          "figure; found '" + name + "'; expected one of " + groups.keySet());
    }
    group.figures.computeIfAbsent(subject, added -> new Figure(name, added, group.unit)).add(value);
  }

  /** The figure of a subject; null if no value was added. */
  public @Nullable Figure figure(String name, String subject) {
    Group group = groups.get(name);
    return group == null ? null : group.figures.get(subject);
  }

  /** Adds a bar. One whose subjects did not all take part is left out of the result. */
  public void bar(Bar bar) {
    bars.add(bar);
  }

  private List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    for (Bar bar : bars) {
      Figure figure = figure(bar.name(), bar.subject());
      double found = figure == null ? Double.NaN : found(bar, figure);
      if (figure != null && !Double.isNaN(found)) {
        verdicts.add(new Verdict(bar, figure, found));
      }
    }
    return verdicts;
  }

  private double found(Bar bar, Figure figure) {
    if (bar.reference() == null || bar.referenceName() == null) {
      return figure.median();
    }
    Figure reference = figure(bar.referenceName(), bar.reference());
    if (reference == null) {
      return Double.NaN;
    }
    return bar.form() == Bar.Form.INVERSE ? reference.over(figure) : figure.over(reference);
  }

  /**
   * Whether every bar was passed.
   *
   * @param partial whether some subjects were left out on purpose: their bars do not count then
   */
  public boolean passes(boolean partial) {
    List<Verdict> verdicts = verdicts();
    return (partial || verdicts.size() == bars.size())
        && verdicts.stream().allMatch(Verdict::passes);
  }

  /** Bars that could not be judged, because a figure is missing. */
  private List<Bar> unjudged() {
    List<Bar> judged = verdicts().stream().map(Verdict::bar).toList();
    return bars.stream().filter(bar -> !judged.contains(bar)).toList();
  }

  /** Prints tables of figures and then the bars, for people. */
  public void print(PrintStream out) {
    groups.values().stream()
        .filter(group -> !group.figures.isEmpty())
        .forEach(group -> print(group, out));
    List<Verdict> verdicts = verdicts();
    if (bars.isEmpty()) {
      return;
    }
    out.println();
    out.println("Bars");
    for (Verdict verdict : verdicts) {
      out.printf(
          Locale.ROOT,
          "  %s  %-34s %-18s %-38s found %s%n",
          verdict.passes() ? "pass" : "FAIL",
          verdict.bar.name(),
          verdict.bar.subject(),
          verdict.bar.words(verdict.figure.unit()),
          number(verdict.found));
    }
    for (Bar bar : unjudged()) {
      out.printf("  ----  %-34s %-18s not judged: no figure%n", bar.name(), bar.subject());
    }
  }

  private void print(Group group, PrintStream out) {
    out.println();
    String direction = group.unit.direction();
    out.printf(
        "%s [%s%s]  (%s)%n",
        group.title, group.unit.symbol(), direction.isEmpty() ? "" : ", " + direction, group.name);
    out.printf(
        "  %-34s %14s %30s   %s%n", "subject", "median", "least .. most", "x " + group.reference);
    Figure reference = group.figures.get(group.reference);
    for (Figure figure : figures(group)) {
      out.printf(
          "  %-34s %14s %30s   %s%n",
          figure.subject(),
          number(figure.median()),
          number(figure.least()) + " .. " + number(figure.most()),
          ratio(figure, reference));
    }
  }

  private static String ratio(Figure figure, @Nullable Figure reference) {
    double ratio = reference == null ? Double.NaN : figure.over(reference);
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.2f", ratio) : "-";
  }

  private static String number(double value) {
    double size = Math.abs(value);
    boolean whole = size >= 1000 || value == 0;
    return String.format(Locale.ROOT, whole ? "%,.0f" : size >= 100 ? "%.1f" : "%.3f", value);
  }

  /** Writes one JSON object a line: each figure, then each bar. */
  public void writeJson(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Group group : groups.values()) {
      Figure reference = group.figures.get(group.reference);
      for (Figure figure : figures(group)) {
        lines.add(
            json(figure, reference == null ? Double.NaN : figure.over(reference), null, null));
      }
    }
    for (Verdict verdict : verdicts()) {
      double ratio = verdict.bar.form() == Bar.Form.VALUE ? Double.NaN : verdict.found;
      lines.add(
          json(verdict.figure, ratio, verdict.bar.words(verdict.figure.unit()), verdict.passes()));
    }
    Files.write(file, lines);
  }

  private static String json(
      Figure figure, double ratio, @Nullable String bar, @Nullable Boolean passes) {
    return "{\"name\":"
        + Json.string(figure.name())
        + ",\"subject\":"
        + Json.string(figure.subject())
        + ",\"value\":"
        + Json.number(figure.median())
        + ",\"unit\":"
        + Json.string(figure.unit().symbol())
        + ",\"ratio\":"
        + Json.number(ratio)
        + ",\"bar\":"
        + (bar == null ? "null" : Json.string(bar))
        + ",\"pass\":"
        + passes
        + "}";
  }
}
