package org.basaltdb.core.partition;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;
import org.basaltdb.core.buffer.BufferPool;
import org.basaltdb.core.buffer.ClockPolicy;
import org.basaltdb.core.buffer.ColdPages;
import org.basaltdb.core.pages.ResidentPages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.table.PartitionMemory;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.NumaTopology;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.basaltdb.wal.CommitLog;
import org.jspecify.annotations.Nullable;

/// One of the parts that rows are spread over: its memory, and the queue of its commands.
///
/// Its memory is that of the NUMA node it belongs to. Everything in it is changed by the holder of
/// the writer token alone.
public final class Partition implements AutoCloseable {
  /// Frame numbers have 24 bits.
  private static final long MAX_FRAME_BYTES = (1L << 24) * BlockPool.BLOCK_BYTES;

  /// Page numbers have 28 bits.
  private static final long MAX_PAGE_COUNT = 1L << 28;

  /// Page numbers a frame, so that tables with few pages, which take whole extents of numbers, do
  /// not use them up.
  private static final int PAGE_NUMBERS_PER_FRAME = 4;

  /// The same where pages leave memory: data may be that many times as large as the budget.
  private static final int COLD_NUMBERS_PER_FRAME = 256;

  private static final long ROOM_WAIT_NANOS = 100_000;

  /// What an empty partition takes: an extent each of its three regions.
  public static final long MIN_BYTES = 3 * Region.EXTENT_BYTES;

  private final int number;
  private final int node;
  private final Region words;
  private final Region blocks;
  private final PartitionMemory memory;
  private final @Nullable Tier tier;
  private final CommandQueue queue;
  private @Nullable DedicatedWriter writer;

  private Partition(
      int number,
      int node,
      Region words,
      Region blocks,
      PartitionMemory memory,
      @Nullable Tier tier,
      CommandQueue queue) {
    this.number = number;
    this.node = node;
    this.words = words;
    this.blocks = blocks;
    this.memory = memory;
    this.tier = tier;
    this.queue = queue;
  }

  /// Makes an empty partition. It has no writer thread yet, also where it is to have one.
  ///
  /// @param shared what all partitions of the database have in common
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing is
  ///   left behind
  public static Partition create(int number, Shared shared) {
    int node =
        NodeAffinity.nodeOf(number, shared.partitionCount, shared.numa, NumaTopology.system());
    MemoryBudget budget = shared.budget;
    long frameBytes = Math.min(budget.limitBytes(), MAX_FRAME_BYTES);
    long pageCount =
        Math.min(
            frameBytes
                    / BlockPool.BLOCK_BYTES
                    * (shared.durable ? COLD_NUMBERS_PER_FRAME : PAGE_NUMBERS_PER_FRAME)
                + Short.MAX_VALUE,
            MAX_PAGE_COUNT);
    String name = "partition " + number;
    Region words =
        Region.reserve(
            name + " page table", pageCount * Long.BYTES, node, budget, Owner.PAGE_TABLE);
    Region blocks = null;
    PartitionImages images = null;
    try {
      blocks = Region.reserve(name + " blocks", frameBytes, node, budget, Owner.FRAMES);
      BlockPool pool = new BlockPool(blocks, budget);
      PageTable table = new PageTable(words);
      Tier tier = null;
      if (shared.durable) {
        images =
            createImages(
                name, pageCount, frameBytes / BlockPool.BLOCK_BYTES, node, budget, table, pool);
        tier = createTier(images, table, pool, shared);
      }
      PartitionMemory memory =
          new PartitionMemory(
              number,
              shared.partitionCount,
              tier == null ? new ResidentPages(table, pool) : tier.pages(),
              pool,
              new RetiredBlocks(shared.epochs),
              images == null ? SegmentChanges.UNOBSERVED : images,
              shared.epochs,
              budget);
      PartitionHost host = new PartitionHost(number, shared, tier);
      CommandQueue queue = new CommandQueue(host, shared.ringCapacity, shared.dedicated);
      if (tier != null) {
        tier.queue(queue);
      }
      return new Partition(number, node, words, blocks, memory, tier, queue);
    } catch (Throwable failure) {
      words.close();
      if (blocks != null) {
        blocks.close();
      }
      if (images != null) {
        images.close();
      }
      throw failure;
    }
  }

  private static Tier createTier(
      PartitionImages images, PageTable table, BlockPool pool, Shared shared) {
    long frames = shared.poolBytes / shared.partitionCount / BlockPool.BLOCK_BYTES;
    BufferPool pages =
        new BufferPool(
            table,
            pool,
            images,
            new ClockPolicy(),
            Math.clamp(frames, BufferPool.MIN_FRAMES, Integer.MAX_VALUE),
            shared.cleaner);
    return new Tier(images, pages, new ColdPages(table, images), shared.cleaner, shared.budget);
  }

  private static PartitionImages createImages(
      String name,
      long pageCount,
      long blockCount,
      int node,
      MemoryBudget budget,
      PageTable table,
      BlockPool pool) {
    long bytes = Math.max(pageCount, blockCount) * PartitionImages.ENTRY_BYTES;
    return new PartitionImages(
        Region.reserve(name + " images", bytes, node, budget, Owner.PAGE_TABLE),
        page -> pool.baseAddress() + PageWord.frameOffset(table.word(page)),
        pool.baseAddress(),
        budget);
  }

  /// What all partitions of a database have in common.
  ///
  /// @param log usable before any command runs
  /// @param durable whether pages have images on disk
  /// @param poolBytes what pages may take of memory, in all partitions together
  /// @param cleaner wakes whoever writes dirty pages
  public record Shared(
      int partitionCount,
      MemoryBudget budget,
      Epochs epochs,
      Clock clock,
      CommitLog log,
      int ringCapacity,
      boolean dedicated,
      boolean numa,
      boolean durable,
      long poolBytes,
      Runnable cleaner) {}

  /// Starts the thread of a dedicated writer.
  public void startWriter(String threadName, IdleStrategy idleStrategy) {
    writer =
        DedicatedWriter.start(
            queue,
            threadName,
            idleStrategy,
            thread -> NodeAffinity.bindCallingThread(node, NumaTopology.system()));
  }

  /// Its number, from 0.
  public int number() {
    return number;
  }

  /// What its tables share.
  public PartitionMemory memory() {
    return memory;
  }

  /// What its pages and index blocks look like on disk; null if the database is in memory only.
  public @Nullable PartitionImages images() {
    return tier == null ? null : tier.images();
  }

  /// What it has on disk; null if it lives in memory only.
  public @Nullable Tier tier() {
    return tier;
  }

  /// The database is open: from now on there are other threads.
  public void opened() {
    if (tier != null) {
      tier.opened();
    }
  }

  /// Waits until no checkpoint collects images of it, so that pages may be given back (CUT-6).
  /// Called by those who keep further checkpoints away, holding no token.
  public void awaitCollected() {
    PartitionImages images = images();
    awaitFalse(images == null ? () -> false : images::isImaging);
  }

  /// Looks now and then; an interrupt does not end the wait.
  static void awaitFalse(BooleanSupplier waiting) {
    boolean interrupted = false;
    while (waiting.getAsBoolean()) {
      LockSupport.parkNanos(waiting, ROOM_WAIT_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Its commands.
  public CommandQueue queue() {
    return queue;
  }

  /// Bytes of memory committed for it.
  public long committedBytes() {
    return (tier == null ? 0 : tier.images().committedBytes())
        + words.committedBytes()
        - words.givenBackBytes()
        + blocks.committedBytes()
        - blocks.givenBackBytes();
  }

  /// Ends its writer thread, if it has one, after what still waits was carried out. Nothing may be
  /// submitted any more.
  public void stopWriter() {
    DedicatedWriter running = writer;
    if (running != null) {
      writer = null;
      running.close();
    }
  }

  /// Unmaps its memory. Nobody may be inside any more, and its writer has stopped.
  @Override
  public void close() {
    memory.pool().close();
    words.close();
    if (tier != null) {
      tier.close();
    }
  }
}
