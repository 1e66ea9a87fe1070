package org.basaltdb.stress.weaken;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.ForkedTestConfig;
import org.openjdk.jcstress.infra.runners.Runner;
import org.openjdk.jcstress.infra.runners.SpinLoopStyle;
import org.openjdk.jcstress.infra.runners.TestList;

/// Runs jcstress tests in this JVM, one after the other, and prints a line a test.
///
/// jcstress' own main program needs ten seconds before its first test, to find out what the machine
/// and the JVM can do. Here the runners that it generated are called as its forked JVMs call them,
/// so that a weakened variant costs a JVM and as many rounds as it takes to catch it.
public final class RaceRunner {
  /// The status of a JVM whose test did not end.
  static final int STUCK = 3;

  /// Outcomes between two meetings of the threads, and meetings before objects are made anew.
  private static final int STRIDE_SIZE = 50;

  private static final int STRIDE_COUNT = 4;
  private static final int MAX_FOOTPRINT_MEBIBYTES = 256;

  private RaceRunner() {}

  /// Runs the tests named.
  ///
  /// @param arguments a [RacePlan], then simple names of tests
  public static void main(String[] arguments) throws Exception {
    RacePlan plan = RacePlan.parse(arguments);
    haltIfStuck(plan, arguments.length - RacePlan.ARGUMENTS);
    List<String> tests = Arrays.asList(arguments).subList(RacePlan.ARGUMENTS, arguments.length);
    for (String test : tests) {
      System.out.println(run(named(test), plan).line());
    }
    // A thread that a broken protocol left waiting does not keep the JVM.
    System.exit(0);
  }

  /// A broken protocol can leave threads waiting for each other: no result is a result too.
  private static void haltIfStuck(RacePlan plan, int testCount) {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(plan.patienceMillis(testCount));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
              }
              System.out.println("stuck: a test did not end");
              Runtime.getRuntime().halt(STUCK);
            },
            "watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
  }

  /// Simple names of all tests.
  static List<String> tests() {
    return TestList.tests().stream().map(RaceRunner::simpleName).sorted().toList();
  }

  private static TestInfo named(String simpleName) {
    String found =
        TestList.tests().stream()
            .filter(test -> simpleName(test).equals(simpleName))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "no race test '" + simpleName + "'; there are " + tests()));
    return TestList.getInfo(found);
  }

  private static String simpleName(String test) {
    return test.substring(test.lastIndexOf('.') + 1);
  }

  private static RaceResult run(TestInfo test, RacePlan plan) throws Exception {
    String name = simpleName(test.name());
    Constructor<?> constructor =
        Class.forName(test.generatedRunner()).getConstructor(ForkedTestConfig.class);
    long samples = 0;
    long forbidden = 0;
    String seen = "";
    for (int round = 0;
        round < plan.rounds() && !(plan.untilForbidden() && forbidden > 0);
        round++) {
      Runner<?> runner = (Runner<?>) constructor.newInstance(config(test, plan));
      TestResult result = runner.run();
      if (result.status() == Status.TIMEOUT_ERROR) {
        return RaceResult.stuck(name, samples, forbidden);
      }
      if (result.status() != Status.NORMAL) {
        return new RaceResult(
            name, samples, forbidden, result.status() + ": " + result.getMessages(), true);
      }
      for (String outcome : result.getStateKeys()) {
        long count = result.getCount(outcome);
        samples += count;
        StateCase matched = match(test, outcome);
        if (matched.expect() == Expect.FORBIDDEN && count > 0) {
          forbidden += count;
          seen = seen.isEmpty() ? outcome + " (" + matched.description() + ")" : seen;
        }
      }
    }
    return new RaceResult(name, samples, forbidden, seen, false);
  }

  private static StateCase match(TestInfo test, String outcome) {
    for (StateCase candidate : test.cases()) {
      if (candidate.matchesExactly(outcome)) {
        return candidate;
      }
    }
    for (StateCase candidate : test.cases()) {
      if (candidate.matches(outcome)) {
        return candidate;
      }
    }
    return test.unmatched();
  }

  /// The settings of a forked JVM, which exist in the form in which they are sent to one.
  @SuppressWarnings("EnumOrdinal") // that form has the ordinal
  private static ForkedTestConfig config(TestInfo test, RacePlan plan) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(SpinLoopStyle.THREAD_YIELD.ordinal());
    out.writeInt(plan.roundMillis());
    out.writeInt(1); // rounds are counted here
    out.writeUTF(test.generatedRunner());
    out.writeInt(MAX_FOOTPRINT_MEBIBYTES);
    out.writeInt(STRIDE_SIZE);
    out.writeInt(STRIDE_COUNT);
    out.writeBoolean(false); // threads are not bound to processors
    return new ForkedTestConfig(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
  }
}
