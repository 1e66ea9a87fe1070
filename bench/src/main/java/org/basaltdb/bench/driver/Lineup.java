package org.basaltdb.bench.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.basaltdb.bench.store.Engine;

/**
 * Who takes part in an experiment, in its order: started one after the other, then loaded together.
 */
final class Lineup {

  private final Run run;
  private final List<Subject> subjects = new ArrayList<>();
  private final List<Runnable> loads = new ArrayList<>();

  /** Nobody yet. */
  Lineup(Run run) {
    this.run = run;
  }

  /**
   * Starts a subject if it takes part: one that keeps its rows outside of the heap, in one set
   * called {@code rows}.
   */
  void add(String name, Engine engine, String mode) throws Exception {
    add(
        name,
        engine,
        Run.SMALL_HEAP_MEGABYTES,
        subject -> run.load(subject, "rows", "scattered", mode));
  }

  /**
   * Starts a subject if it takes part.
   *
   * @param load what it is asked once all are there; nobody measures it
   * @param flags of its JVM beyond those of its engine
   */
  void add(String name, Engine engine, int heapMegabytes, Consumer<Subject> load, String... flags)
      throws Exception {
    if (run.wants(name)) {
      Subject subject = run.start(name, engine, heapMegabytes, flags);
      subjects.add(subject);
      loads.add(() -> load.accept(subject));
    }
  }

  /**
   * Has all of them loaded.
   *
   * @return them, in a list of the caller's own
   */
  List<Subject> load() throws InterruptedException {
    run.prepare(loads);
    return new ArrayList<>(subjects);
  }
}
