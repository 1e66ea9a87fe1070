package org.basaltdb.stress.weaken;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Runs all race tests on the engine as it is, and then on every weakened variant of it, where they
/// have to fail. Prints a table, and ends with status 1 after any surprise: a forbidden outcome, a
/// weakening that nobody noticed, a variant that no longer applies, a test that no variant proves.
///
/// Arguments: `--quick`, `--only REGEX` (names of tests and variants). Where the repository is
/// stands in the property `basalt.root`.
public final class Stress {
  /// In which directory of the repository the variants are.
  static final String WEAKENED_DIRECTORY = "stress/src/weakened";

  private static final String CLASSES_DIRECTORY = "stress/target/weakened";

  /// Who the table's variants are, where there is none.
  private static final String AS_IT_IS = "-";

  private final Effort effort;
  private final Pattern only;
  private final Path root;
  private final String classPath = System.getProperty("java.class.path");
  private final ResultTable table = new ResultTable(System.out);

  /// How long everything takes.
  ///
  /// @param engine on the engine as it is, and with widened windows
  /// @param weakened at most, on a weakened one
  /// @param jvms options of the JVMs in which the engine is tried as it is
  private record Effort(RacePlan engine, RacePlan weakened, List<List<String>> jvms) {
    private static final List<String> PLAIN = List.of();

    /// Without native calls: other memory, other fences.
    private static final List<String> PORTABLE = List.of("-ea", "-Dbasalt.portable=true");

    private static final List<String> FIRST_COMPILER = List.of("-XX:TieredStopAtLevel=1");

    /// The second compiler, moving code about at random.
    private static final List<String> SHUFFLING =
        List.of(
            "-XX:-TieredCompilation",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:+StressLCM",
            "-XX:+StressGCM",
            "-XX:+StressIGVN");

    static final Effort QUICK =
        new Effort(
            new RacePlan(400, 3, false), new RacePlan(400, 60, true), List.of(PLAIN, PORTABLE));

    static final Effort THOROUGH =
        new Effort(
            new RacePlan(1_000, 10, false),
            new RacePlan(1_000, 120, true),
            List.of(PLAIN, PORTABLE, FIRST_COMPILER, SHUFFLING));
  }

  private Stress(Effort effort, Pattern only, Path root) {
    this.effort = effort;
    this.only = only;
    this.root = root;
  }

  public static void main(String[] arguments) throws IOException {
    Effort effort = Effort.THOROUGH;
    Pattern only = Pattern.compile(".*");
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--quick" -> effort = Effort.QUICK;
        case "--only" -> only = Pattern.compile(arguments[++i]);
        default -> {
          System.err.println(
              "unknown argument '" + arguments[i] + "'; expected --quick or --only REGEX");
          System.exit(2);
        }
      }
    }
    Path root = Path.of(System.getProperty("basalt.root", ""));
    System.exit(new Stress(effort, only, root).run() ? 0 : 1);
  }

  /// @return whether everything came as expected
  private boolean run() throws IOException {
    List<Weakening> weakenings = Weakening.readAll(root.resolve(WEAKENED_DIRECTORY));
    WeakenedClasses classes = new WeakenedClasses(root, root.resolve(CLASSES_DIRECTORY), classPath);
    table.begin(countRuns(weakenings));
    for (List<String> jvm : effort.jvms()) {
      for (String test : RaceRunner.tests()) {
        if (only.matcher(test).matches()) {
          for (RaceResult result : race(classPath, jvm, effort.engine(), List.of(test))) {
            table.expectClean(result, jvm.isEmpty() ? AS_IT_IS : String.join(" ", jvm));
          }
        }
      }
    }
    for (Weakening weakening : weakenings) {
      if (only.matcher(weakening.name()).matches()) {
        try {
          race(weakening, classes);
        } catch (StaleWeakeningException e) {
          table.stale(weakening, String.valueOf(e.getMessage()));
        }
      }
    }
    unproved(weakenings).forEach(table::unproved);
    return table.end();
  }

  private long countRuns(List<Weakening> weakenings) {
    long asItIs = RaceRunner.tests().stream().filter(only.asMatchPredicate()).count();
    long onVariants =
        weakenings.stream()
            .filter(weakening -> only.matcher(weakening.name()).matches())
            .mapToLong(weakening -> weakening.tests().size() * (weakening.widens() ? 2L : 1L))
            .sum();
    return asItIs * effort.jvms().size() + onVariants;
  }

  private void race(Weakening weakening, WeakenedClasses classes) throws IOException {
    if (weakening.widens()) {
      String widened = classes.compile(weakening, false) + ":" + classPath;
      for (RaceResult result : race(widened, List.of(), effort.engine(), weakening.tests())) {
        table.expectClean(result, weakening.name() + " (window only)");
      }
    }
    String weakened = classes.compile(weakening, true) + ":" + classPath;
    for (RaceResult result : race(weakened, List.of(), effort.weakened(), weakening.tests())) {
      table.expectCaught(result, weakening);
    }
  }

  private static List<RaceResult> race(
      String classPath, List<String> jvm, RacePlan plan, List<String> tests) {
    return RaceProcess.run(classPath, jvm, plan, tests);
  }

  /// Tests that no variant names: nobody knows whether they can fail.
  static List<String> unproved(List<Weakening> weakenings) {
    TreeSet<String> named = new TreeSet<>();
    weakenings.forEach(weakening -> named.addAll(weakening.tests()));
    List<String> unproved = new ArrayList<>(RaceRunner.tests());
    unproved.removeAll(named);
    return unproved;
  }
}
