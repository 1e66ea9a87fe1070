package org.basaltdb.offheap.hash;

/**
 * Told by the writer of an index what becomes of its segments, so that a checkpoint can keep what
 * they were. By block number; one index or several of a partition. Called under the partition's
 * writer token.
 */
public interface SegmentChanges {
  /** For an index of which no images are kept. */
  SegmentChanges UNOBSERVED =
      new SegmentChanges() {
        @Override
        public boolean beforeChange(int block) {
          return true;
        }

        @Override
        public boolean beforeChange(int block, int offset, int length) {
          return true;
        }

        @Override
        public void allocated(int block) {}

        @Override
        public void retired(int block) {}
      };

  /**
   * The segment may be changed by what the writer does next.
   *
   * @return false if it must not be changed yet; then nothing has changed, and the writer asks
   *     again later
   */
  boolean beforeChange(int block);

  /**
   * The same, of a change of no more than so many bytes, and of the segment's first line.
   *
   * @param offset a multiple of the bytes of a line
   */
  boolean beforeChange(int block, int offset, int length);

  /**
   * The segment belongs to an index from now on.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; then it does
   *     not
   */
  void allocated(int block);

  /** The segment belongs to no index any more; readers may still be inside. */
  void retired(int block);
}
