package org.basaltdb.bench.workload;

/**
 * A sequence of updates of uniformly drawn rows. Which row an update is of and which version it
 * writes are functions of its number, so that after any count of them the version of every row is
 * known without having watched.
 *
 * @param keys the rows; updates are of those that are loaded first
 */
public record Updates(Keys keys) {

  /**
   * The index of the key that an update is of.
   *
   * @param number from 0
   */
  public int index(int number) {
    return Mixing.bounded(Mixing.mix((number + 1) * Mixing.GOLDEN), keys.firstRows());
  }

  /**
   * The key that an update is of.
   *
   * @param number from 0
   */
  public long key(int number) {
    return keys.at(index(number));
  }

  /**
   * The version that an update writes: higher than those of all updates before it, and than that of
   * a row as it was loaded.
   *
   * @param number from 0
   */
  public long version(int number) {
    return number + 1L;
  }

  /**
   * The version of each row after the first updates; 0 of one that none of them was of.
   *
   * @param count how many updates were made
   * @return as many as there are rows that are loaded first, by index
   */
  public long[] versionsAfter(int count) {
    long[] versions = new long[keys.firstRows()];
    for (int number = 0; number < count; number++) {
      versions[index(number)] = version(number);
    }
    return versions;
  }
}
