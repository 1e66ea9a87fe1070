package org.basaltdb.bench.store;

import org.basaltdb.bench.workload.Keys;

/** The store of a control, which measures the machine alone: nothing is kept, no row is found. */
public final class NoStore implements Store, StoreClient {

  @Override
  public StoreClient newClient() {
    return this;
  }

  @Override
  public void load(Keys keys, int from, int to) {
    throw new UnsupportedOperationException("a control keeps no rows");
  }

  @Override
  public String description() {
    return "control: no engine";
  }

  @Override
  public long read(long key) {
    return ~key;
  }

  @Override
  public int readAll(long[] keys, int count) {
    return 0;
  }

  @Override
  public boolean copyPayload(long key, byte[] target) {
    return false;
  }

  @Override
  public void write(long key, long version) {
    throw new UnsupportedOperationException("a control keeps no rows");
  }

  @Override
  public boolean readModifyWrite(long key) {
    return false;
  }

  @Override
  public void close() {}
}
