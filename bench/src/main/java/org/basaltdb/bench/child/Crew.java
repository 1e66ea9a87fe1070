package org.basaltdb.bench.child;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.basaltdb.bench.store.Store;
import org.basaltdb.bench.store.StoreClient;

/**
 * The threads that measure one store, each with a client and a stream of draws that it keeps from
 * pass to pass. Used from one thread.
 */
final class Crew implements AutoCloseable {

  /** Operations between two looks at the clock. */
  private static final int SLICE = 256;

  private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int SIGNIFICANT_DIGITS = 3;

  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  private final Store store;
  private final List<Member> members = new ArrayList<>();

  Crew(Store store) {
    this.store = store;
  }

  private static final class Member {
    final ExecutorService thread;
    final StoreClient client;
    final Draws draws;
    final Histogram nanos = new Histogram(1, HIGHEST_NANOS, SIGNIFICANT_DIGITS);

    Member(int number, Store store) throws InterruptedException, ExecutionException {
      this.thread =
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform().daemon().name("bench-" + number).factory());
      this.client = thread.submit(store::newClient).get();
      this.draws = new Draws(number + 1L);
    }
  }

  private record Share(
      long operations, long startNanos, long endNanos, long cpuNanos, long wrong) {}

  /**
   * Runs a pass on all of some threads at once.
   *
   * @param threads how many, at least 1
   * @param nanos how long
   * @param timed whether to take the time of each operation
   */
  Outcome run(Pass pass, int threads, long nanos, boolean timed)
      throws InterruptedException, ExecutionException {
    while (members.size() < threads) {
      members.add(new Member(members.size(), store));
    }
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Future<Share>> shares = new ArrayList<>();
    for (Member member : members.subList(0, threads)) {
      shares.add(member.thread.submit(() -> work(member, pass, start, nanos, timed)));
    }
    long operations = 0;
    long wrong = 0;
    long cpuNanos = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Future<Share> future : shares) {
      Share share = future.get();
      operations += share.operations;
      wrong += share.wrong;
      cpuNanos += share.cpuNanos;
      first = Math.min(first, share.startNanos);
      last = Math.max(last, share.endNanos);
    }
    Histogram all = new Histogram(1, HIGHEST_NANOS, SIGNIFICANT_DIGITS);
    members.subList(0, threads).forEach(member -> all.add(member.nanos));
    return new Outcome(operations * pass.rowsAnOperation(), last - first, cpuNanos, wrong, all);
  }

  private static Share work(
      Member member, Pass pass, CyclicBarrier start, long nanos, boolean timed)
      throws InterruptedException, BrokenBarrierException {
    member.nanos.reset();
    start.await();
    long cpuBegin = CPU.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    long now = begin;
    long operations = 0;
    long wrong = 0;
    while (now - begin < nanos) {
      wrong +=
          timed
              ? pass.runTimed(member.client, member.draws, SLICE, member.nanos)
              : pass.run(member.client, member.draws, SLICE);
      operations += SLICE;
      now = System.nanoTime();
    }
    long cpuNanos = CPU.getCurrentThreadCpuTime() - cpuBegin;
    member.client.pause();
    return new Share(operations, begin, now, cpuNanos, wrong);
  }

  /** A client that is not one of the crew's, for the calling thread: the caller closes it. */
  StoreClient newClient() {
    return store.newClient();
  }

  @Override
  public void close() {
    for (Member member : members) {
      Future<?> closed = member.thread.submit(member.client::close);
      member.thread.close();
      closed.resultNow();
    }
    members.clear();
  }
}
