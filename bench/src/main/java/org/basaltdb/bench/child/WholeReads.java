package org.basaltdb.bench.child;

import java.util.OptionalLong;
import org.HdrHistogram.Histogram;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.bench.workload.ZipfDraws;
import org.jspecify.annotations.Nullable;

/**
 * Reads of single rows of which every byte is compared. The time of a single read ends before the
 * comparison; a rate contains it.
 *
 * @param zipf the draws; null if all rows are equally likely
 * @param payloadBytes bytes of every payload
 * @param tiers where single reads are told apart by whether the disk was read for them; null where
 *     they are not. Only in a pass of one thread
 */
record WholeReads(Keys keys, @Nullable ZipfDraws zipf, int payloadBytes, @Nullable ReadTiers tiers)
    implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    byte[] target = new byte[payloadBytes];
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      long key = nextKey(draws);
      if (!client.copyPayload(key, target) || !Payload.isWhole(target, key)) {
        wrong++;
      }
    }
    return wrong;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    byte[] target = new byte[payloadBytes];
    int wrong = 0;
    long readsBefore = deviceReads(client);
    for (int i = 0; i < operations; i++) {
      long key = nextKey(draws);
      long before = System.nanoTime();
      boolean found = client.copyPayload(key, target);
      long taken = System.nanoTime() - before;
      nanos.recordValue(taken);
      if (!found || !Payload.isWhole(target, key)) {
        wrong++;
      }
      if (tiers != null && readsBefore >= 0) {
        long readsAfter = deviceReads(client);
        tiers.record(taken, readsAfter - readsBefore);
        readsBefore = readsAfter;
      }
    }
    return wrong;
  }

  /** Reads of the disk so far; -1 where nobody asks or the engine does not tell. */
  private long deviceReads(StoreClient client) {
    OptionalLong count = tiers == null ? OptionalLong.empty() : client.deviceReadCount();
    return count.orElse(-1);
  }

  private long nextKey(Draws draws) {
    if (zipf != null) {
      return keys.at(zipf.at(draws.position++));
    }
    draws.state += Mixing.GOLDEN;
    return keys.at(Mixing.bounded(Mixing.mix(draws.state), keys.rows()));
  }

  /** Adds what is known of the tiers to a reply, which it returns. */
  Message addTo(Message reply) {
    if (tiers != null) {
      tiers.addTo(reply);
    }
    return reply;
  }
}
