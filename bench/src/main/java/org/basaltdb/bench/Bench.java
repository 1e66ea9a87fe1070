package org.basaltdb.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.basaltdb.bench.driver.Checkpoints;
import org.basaltdb.bench.driver.Experiment;
import org.basaltdb.bench.driver.LoadRows;
import org.basaltdb.bench.driver.Mixed;
import org.basaltdb.bench.driver.PointRead;
import org.basaltdb.bench.driver.PoolCost;
import org.basaltdb.bench.driver.Recovery;
import org.basaltdb.bench.driver.Run;
import org.basaltdb.bench.driver.Settings;
import org.basaltdb.bench.driver.Subject.SubjectFailedException;
import org.basaltdb.bench.driver.Tiered;
import org.basaltdb.bench.driver.WriteRows;
import org.basaltdb.bench.files.Directories;
import org.jspecify.annotations.Nullable;

/** The command {@code scripts/bench}: runs one experiment and says what came of it. */
public final class Bench {

  private static final int PASSED = 0;
  private static final int BAR_MISSED = 1;
  private static final int MISUSED = 2;
  private static final int BROKEN = 3;

  private static final int LEAST_ROUNDS = 1;
  private static final int LEAST_ROWS = 1_000;

  private Bench() {}

  private static Map<String, Experiment> experiments() {
    Map<String, Experiment> experiments = new LinkedHashMap<>();
    experiments.put("point-read", new PointRead());
    experiments.put("write", new WriteRows());
    experiments.put("mixed", new Mixed());
    experiments.put("load", new LoadRows());
    experiments.put("checkpoint", new Checkpoints());
    experiments.put("pool", new PoolCost());
    experiments.put("recovery", new Recovery());
    experiments.put("tiered", new Tiered());
    return experiments;
  }

  /**
   * See {@link #usage}. Ends the process with 0 (all bars passed), 1 (a bar missed), 2 (misused) or
   * 3 (broken).
   */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out, System.err));
  }

  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    Experiment experiment = arguments.isEmpty() ? null : experiments().get(arguments.getFirst());
    if (experiment == null) {
      err.print(usage());
      return MISUSED;
    }
    Path directory = null;
    try {
      Settings settings = settings(experiment, arguments.subList(1, arguments.size()));
      directory = settings.directory();
      return run(experiment, settings, out);
    } catch (IllegalArgumentException e) {
      err.println("bench: " + e.getMessage());
      err.print(usage());
      return MISUSED;
    } catch (SubjectFailedException | IOException e) {
      err.println("bench: " + e.getMessage());
      return BROKEN;
    } finally {
      delete(directory, err);
    }
  }

  private static int run(Experiment experiment, Settings settings, PrintStream out)
      throws IOException {
    out.println(experiment.question());
    out.printf(
        "Java %s, %d processors, %,d rows, %d rounds, passes of %d ms%s%n",
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        settings.rows(),
        settings.rounds(),
        settings.passMillis(),
        settings.quick() ? "; a quick run tries the harness, its figures mean nothing" : "");
    try (Run run = new Run(settings, out)) {
      experiment.run(run);
      run.report().print(out);
      if (settings.json() != null) {
        run.report().writeJson(settings.json());
      }
      return run.report().passes(!settings.only().isEmpty()) ? PASSED : BAR_MISSED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static Settings settings(Experiment experiment, List<String> options) throws IOException {
    boolean quick = options.contains("--quick");
    int rows = quick ? 200_000 : experiment.rows();
    int rounds = quick ? 2 : 5;
    int passMillis = quick ? 200 : 700;
    Set<String> only = Set.of();
    Path directory = null;
    Path json = null;
    for (int i = 0; i < options.size(); i++) {
      String option = options.get(i);
      switch (option) {
        case "--quick" -> {}
        case "--rows" -> rows = number(options, ++i, LEAST_ROWS);
        case "--rounds" -> rounds = number(options, ++i, LEAST_ROUNDS);
        case "--millis" -> passMillis = number(options, ++i, 1);
        case "--only" -> only = Set.of(value(options, ++i).split(","));
        case "--directory" -> directory = Path.of(value(options, ++i));
        case "--json" -> json = Path.of(value(options, ++i)).toAbsolutePath();
        default -> throw new IllegalArgumentException("no option '" + option + "'");
      }
    }
    Path under = directory == null ? Path.of("") : directory;
    Path own = Directories.createUnder(under, "bench-");
    return new Settings(rows, rounds, passMillis, quick, only, own, json);
  }

  private static String value(List<String> options, int index) {
    if (index >= options.size()) {
      throw new IllegalArgumentException("no value after " + options.get(index - 1));
    }
    return options.get(index);
  }

  private static int number(List<String> options, int index, int least) {
    String text = value(options, index);
    try {
      int number = Integer.parseInt(text.replace("_", ""));
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below, as a number that is too small is
    }
    throw new IllegalArgumentException(
        options.get(index - 1) + "; found '" + text + "'; expected a number from " + least);
  }

  private static void delete(@Nullable Path directory, PrintStream err) {
    try {
      if (directory != null) {
        Directories.delete(directory);
      }
    } catch (IOException e) {
      err.println("bench: cannot delete " + directory + ": " + e.getMessage());
    }
  }

  private static String usage() {
    return """
    usage: scripts/bench NAME [options]

    names:    %s
    options:  --json FILE       also write the results, one JSON object a line
              --rounds N        rounds that count (5); one more warms up
              --rows N          rows of each data set (5,000,000; recovery 2,000,000; tiered 4,194,304)
              --millis N        length of a pass (700)
              --quick           200,000 rows, 2 rounds, short passes: to try the harness
              --only A,B        only these subjects; bars that need others are left out
              --directory DIR   keep the subjects' files under DIR, on the disk to be measured

    Ends with 0 when every bar was passed, 1 when one was missed, 2 when misused, 3 when a subject failed.
    """
        .formatted(String.join(", ", experiments().keySet()));
  }
}
