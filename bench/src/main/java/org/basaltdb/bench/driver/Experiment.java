package org.basaltdb.bench.driver;

/**
 * A comparison: starts its subjects, measures them in rounds, and leaves figures and bars in the
 * run's report.
 */
public interface Experiment {

  /** What is asked, in a line for people. */
  String question();

  /** Runs it to the end. */
  void run(Run run) throws Exception;
}
