package org.basaltdb.bench.driver;

/**
 * A comparison: starts its subjects, measures them in rounds, and leaves figures and bars in the
 * run's report.
 */
public interface Experiment {

  /** What is asked, in a line for people. */
  String question();

  /** Rows of each data set, where the caller does not say otherwise. */
  default int rows() {
    return 5_000_000;
  }

  /** Runs it to the end. */
  void run(Run run) throws Exception;
}
