package org.basaltdb.bench.driver;

import java.util.List;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;

/**
 * A buffer pool that holds everything, against a database in memory only, which has none. Writes
 * are shown without a bar: the one with the pool also keeps a log.
 */
public final class PoolCost implements Experiment {

  private static final String POOLED = "basalt-pooled";
  private static final String MEMORY = "basalt-in-memory";

  private static final String GET = "pool.get";
  private static final String GET_ALL = "pool.get-all-32";
  private static final String MODIFY = "pool.modify";

  private static final int BATCH_ROWS = 32;

  @Override
  public String question() {
    return "What does the buffer pool cost when everything fits into it?";
  }

  @Override
  public void run(Run run) throws Exception {
    Report report = run.report();
    report.group(GET, "get, scattered keys", Unit.NANOS_A_ROW, MEMORY);
    report.group(GET_ALL, "getAll of 32 keys, scattered", Unit.NANOS_A_ROW, MEMORY);
    report.group(MODIFY, "read-modify-write", Unit.NANOS_A_ROW, MEMORY);
    report.bar(Bar.atMostTimes(1.1, GET, POOLED, MEMORY));
    report.bar(Bar.atMostTimes(1.1, GET_ALL, POOLED, MEMORY));
    Lineup lineup = new Lineup(run);
    lineup.add(POOLED, Engine.BASALT, "none");
    lineup.add(MEMORY, Engine.BASALT, "memory");
    List<Subject> subjects = lineup.load();
    run.time(GET, subjects, pass("read"));
    run.time(GET_ALL, subjects, pass("batch"));
    run.time(MODIFY, subjects, pass("modify"));
  }

  private static Message pass(String word) {
    return Message.of(word).with("set", "rows").with("size", BATCH_ROWS);
  }
}
