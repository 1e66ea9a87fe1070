package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CheckpointFailedException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.LogException;
import org.jspecify.annotations.Nullable;

/// The thread that makes checkpoints: when enough log has gathered, when it is asked to, and at the
/// end. In between it writes pages that are to leave memory ([PageCleaner]).
///
/// ```
///            asked, or log long enough
///   WAITING ---------------------------> cut each partition (DDL waits)
///      ^                                          |
///      |                                          v
///      |                                 write images, piece by piece
///      |                                          |
///      |        failed: reported, tried           v
///      +<------ again; a failed sync is   sync images, log up to the cuts
///      |        final                             |
///      |                                          v
///      +<-------------------------------- publish, free slots, let log go
/// ```
///
/// Thread rules: any thread, but for [#close], which comes once.
public final class Checkpointer implements AutoCloseable {
  /// How often it looks at the length of the log.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// After so many looks it tries again what has failed.
  private static final int RETRY_LOOKS = 50;

  /// A log shorter than this is replayed sooner than a checkpoint is made, so a close makes none.
  private static final long SHORT_LOG_BYTES = 4L << 20;

  private static final String TRIED_AGAIN =
      "nothing is lost and it is tried again; make room on the disk or in memory";

  private static final String FINAL =
      "nothing is lost, and none is made any more; see the cause, then close and reopen the"
          + " database";

  private final String name;
  private final CheckpointFiles files;
  private final List<Partition> partitions;
  private final Catalog catalog;
  private final CommitLog log;
  private final MemoryBudget budget;
  private final long logBytes;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private List<Request> requests = new ArrayList<>();
  private boolean closing;
  private boolean ended;

  /// Why no checkpoint will be made any more, or null.
  private volatile @Nullable Throwable finalFailure;

  // The thread's own; those that are volatile are read by others.
  private volatile long cutLsn;
  private boolean failing;

  /// Whether log that the last checkpoint let go of is there still.
  private boolean unrecycled;

  private final PageCleaner cleaner;
  private final IdleSlots idleSlots;
  private boolean cleaningFailed;

  private final LongAdder checkpointCount = new LongAdder();
  private final LongAdder writtenImageCount = new LongAdder();

  /// Prepares to make checkpoints; [#start] begins.
  ///
  /// @param logBytes how much log gathers before a checkpoint is made
  /// @param files owned from now on
  /// @param restored what was found at open
  public Checkpointer(
      String name,
      CheckpointFiles files,
      List<Partition> partitions,
      Catalog catalog,
      CommitLog log,
      MemoryBudget budget,
      long logBytes,
      Restored restored) {
    this.name = name;
    this.files = files;
    this.partitions = partitions;
    this.catalog = catalog;
    this.log = log;
    this.budget = budget;
    this.logBytes = logBytes;
    this.cutLsn = restored.exists() ? restored.replayFromLsn() : log.recycleBefore(0);
    this.cleaner = new PageCleaner(files, partitions, budget);
    this.idleSlots = new IdleSlots(partitions);
    this.thread = new Thread(this::run, "basalt-checkpointer");
    this.thread.setDaemon(true);
  }

  /// Starts the thread.
  public void start() {
    thread.start();
  }

  /// Somebody who waits for a checkpoint that begins from now on.
  private static final class Request {
    boolean ended;
    @Nullable CheckpointFailedException failure;
  }

  /// Makes a checkpoint and returns when it is made; one that has begun before the call does not
  /// count. An interrupt does not end the wait.
  ///
  /// @throws CheckpointFailedException if it could not be made
  public void checkpoint() {
    Request request = new Request();
    lock.lock();
    try {
      if (ended) {
        throw cutShort();
      }
      requests.add(request);
      LockSupport.unpark(thread);
      while (!request.ended) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    CheckpointFailedException failure = request.failure;
    if (failure != null) {
      throw new CheckpointFailedException(
          failure.database(), failure.found(), failure.whatToDo(), failure);
    }
  }

  /// Checkpoints made since the database was opened.
  public long checkpointCount() {
    return checkpointCount.sum();
  }

  /// Images written since the database was opened.
  public long writtenImageCount() {
    return writtenImageCount.sum();
  }

  /// Told to those who wait when the thread itself ends in the middle.
  private CheckpointFailedException cutShort() {
    return new CheckpointFailedException(name, "an error that ended the checkpointer", FINAL, null);
  }

  private void run() {
    try {
      work();
    } finally {
      lock.lock();
      try {
        ended = true;
        answer(requests, cutShort());
      } finally {
        lock.unlock();
      }
    }
  }

  private void work() {
    while (true) {
      List<Request> answered = awaitWork();
      if (answered == null) {
        return;
      }
      CheckpointFailedException failure = null;
      boolean tried = false;
      try {
        failure = tryOnce();
        tried = true;
      } finally {
        answer(answered, tried ? failure : cutShort());
      }
      if (failure != null || unrecycled) {
        awaitRetry();
      }
    }
  }

  private void answer(List<Request> answered, @Nullable CheckpointFailedException failure) {
    lock.lock();
    try {
      for (Request request : answered) {
        request.failure = failure;
        request.ended = true;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for something to do.
  ///
  /// @return the requests that the next checkpoint answers; null to end
  private @Nullable List<Request> awaitWork() {
    while (true) {
      lock.lock();
      try {
        boolean due = finalFailure == null && isDue();
        if (due || !requests.isEmpty()) {
          List<Request> answered = requests;
          requests = new ArrayList<>();
          return answered;
        }
        if (closing && !commandsWait()) {
          return null;
        }
      } finally {
        lock.unlock();
      }
      cleanOrWait();
    }
  }

  /// A log that is as long as it may be waits for one, however little has been written since the
  /// last: it takes two to let go of all that is older. Guarded by the lock.
  private boolean isDue() {
    return closing
        ? log.awaitsRecycling() && commandsWait()
        : log.tail() - cutLsn >= logBytes || log.awaitsRecycling();
  }

  /// At the end: a dedicated writer may wait for a page.
  private boolean commandsWait() {
    boolean wait = false;
    for (Partition partition : partitions) {
      partition.queue().borrow(); // while a command is tried again it waits nowhere
      wait |= partition.queue().isWaiting();
      partition.queue().giveBackForNow();
    }
    return wait;
  }

  /// Wakes the thread: pages should be written, or fetched.
  public void wake() {
    LockSupport.unpark(thread);
  }

  /// What is done between checkpoints.
  ///
  /// @return whether to look again at once
  private boolean clean() {
    try {
      return cleanEach();
    } catch (RuntimeException | Error fault) {
      // A fault of ours: the thread goes on, since commands and readers wait for it, but writes no
      // page from a state in doubt.
      finalFailure = fault;
      for (Partition partition : partitions) {
        imagesOf(partition).cleaned(fault);
      }
      cleaningFailed(fault);
      return false;
    }
  }

  private boolean cleanEach() {
    boolean more = false;
    for (Partition partition : partitions) {
      more |= tierOf(partition).serveFetch();
      serve(partition);
      if (PageCleaner.isDue(tierOf(partition))) {
        more |= clean(partition);
      }
    }
    try {
      more |= finalFailure == null && cleaner.followChains(catalog);
    } catch (BasaltException | BudgetExhaustedException unread) {
      cleaningFailed(unread);
    }
    return more;
  }

  /// TOKEN-6: what stepped aside while a borrower was there that could not wait for it, and has
  /// nobody who waits for it.
  private static void serve(Partition partition) {
    if (partition.queue().isWaiting()) {
      partition.queue().borrow();
      partition.queue().giveBackForNow();
    }
  }

  private boolean clean(Partition partition) {
    Throwable before = finalFailure;
    if (before != null) {
      tierOf(partition).images().cleaned(known(before));
      return false;
    }
    try {
      cleaner.clean(partition);
      cleaningFailed = false;
      return true;
    } catch (IOException | BudgetExhaustedException unwritten) {
      cleaningFailed(unwritten);
      return false;
    }
  }

  private void cleaningFailed(Throwable failure) {
    if (!cleaningFailed) {
      cleaningFailed = true;
      System.getLogger("org.basaltdb")
          .log(
              Level.WARNING,
              "{0}: pages could not be written or read, which is tried again: {1}",
              name,
              String.valueOf(failure.getMessage()));
    }
  }

  /// Commands that wait for a page, or for dirty pages to be written, need not wait for the rest of
  /// the checkpoint.
  private void relieve() {
    for (Partition partition : partitions) {
      tierOf(partition).serveFetch();
      PageCleaner.relieve(tierOf(partition));
    }
  }

  private void cleanOrWait() {
    if (!clean()) {
      LockSupport.parkNanos(this, LOOK_NANOS); // a wait for the condition would allocate
    }
  }

  /// After a failure: waits for a while, or until it is asked for a checkpoint or closed. Commands
  /// that wait for pages are served meanwhile.
  private void awaitRetry() {
    for (int look = 0; look < RETRY_LOOKS && !isAsked(); look++) {
      clean();
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  private boolean isAsked() {
    lock.lock();
    try {
      return closing || !requests.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable CheckpointFailedException tryOnce() {
    try {
      makeCheckpoint();
      failing = false;
      return null;
    } catch (IOException e) {
      return reported(
          new CheckpointFailedException(
              name, FileErrorException.brief(e), finalFailure == null ? TRIED_AGAIN : FINAL, e));
    } catch (BudgetExhaustedException | LogException e) {
      return reported(
          new CheckpointFailedException(name, String.valueOf(e.getMessage()), TRIED_AGAIN, e));
    } catch (CheckpointFailedException e) {
      finalFailure = e;
      return reported(e);
    } catch (RuntimeException | Error e) {
      // A fault of ours: those who wait are told, and none is made from a state in doubt.
      finalFailure = e;
      return reported(new CheckpointFailedException(name, String.valueOf(e), FINAL, e));
    }
  }

  /// Of failures that follow one another, the first.
  private CheckpointFailedException reported(CheckpointFailedException failure) {
    log.recyclingFailed(failure);
    if (!failing) {
      failing = true;
      System.getLogger("org.basaltdb").log(Level.WARNING, failure.getMessage());
    }
    return failure;
  }

  private void makeCheckpoint() throws IOException {
    Throwable before = finalFailure;
    if (before != null) {
      throw known(before);
    }
    PageFiles pages = files.pages(partitions);
    int number = files.nextNumber();
    PartitionCut[] cuts = new PartitionCut[partitions.size()];
    byte[] catalogState;
    try (ImageWriters writers = new ImageWriters(partitions, pages, budget)) {
      catalogState = catalog.excludingChanges(() -> cutAll(number, cuts), this::cleanOrWait);
      writers.write(this::relieve);
      writtenImageCount.add(writers.imageCount());
    }
    relieve();
    sync(pages);
    long smallest = Long.MAX_VALUE;
    long largest = 0;
    for (PartitionCut cut : cuts) {
      smallest = Math.min(smallest, cut.lsn());
      largest = Math.max(largest, cut.lsn());
    }
    if (largest > log.durableLsn()) {
      log.awaitDurable(largest - 1);
    }
    writeFile(number, cuts, catalogState);
    published(number, smallest);
    try {
      idleSlots.giveBack(pages, this::relieve);
    } catch (IOException e) {
      System.getLogger("org.basaltdb")
          .log(
              Level.WARNING,
              "{0}: free parts of page files could not be given back to the file system, and are"
                  + " used again as they are: {1}",
              name,
              String.valueOf(e.getMessage()));
    }
  }

  private CheckpointFailedException known(Throwable cause) {
    return cause instanceof CheckpointFailedException known
        ? known
        : new CheckpointFailedException(
            name,
            cause instanceof IOException ? FileErrorException.brief(cause) : String.valueOf(cause),
            FINAL,
            cause);
  }

  /// A failed sync may have lost images that count as written, also of pages that have not changed
  /// since: none of them may be named.
  private void sync(PageFiles pages) throws IOException {
    try {
      pages.sync();
    } catch (IOException lost) {
      finalFailure = lost;
      throw lost;
    }
  }

  static Tier tierOf(Partition partition) {
    Tier tier = partition.tier();
    if (tier == null) {
      throw new IllegalStateException("images on disk, of a database that lives in memory only");
    }
    return tier;
  }

  static PartitionImages imagesOf(Partition partition) {
    return tierOf(partition).images();
  }

  /// CUT-1.
  private void cutAll(int number, PartitionCut[] cuts) {
    for (Partition partition : partitions) {
      partition.queue().borrow();
      try {
        requireSound(partition);
        StateWriter state = new StateWriter();
        partition.memory().pages().save(state);
        catalog.savePartition(partition.number(), state);
        imagesOf(partition).cut(number);
        cuts[partition.number()] = new PartitionCut(log.tail(), state);
      } finally {
        // its writer comes back, also if this cut or the next one failed
        partition.queue().giveBackForNow();
      }
    }
  }

  /// What a partition that failed has in memory is not to be trusted, so it must not be saved.
  private void requireSound(Partition partition) {
    Throwable cause = partition.queue().failureCause();
    if (cause != null) {
      throw new CheckpointFailedException(
          name, "partition " + partition.number() + ", which has failed", FINAL, cause);
    }
  }

  private void writeFile(int number, PartitionCut[] cuts, byte[] catalogState) throws IOException {
    try (CheckpointSink sink = files.begin()) {
      sink.putBytes(catalogState);
      for (Partition partition : partitions) {
        PartitionCut cut = cuts[partition.number()];
        PartitionImages images = imagesOf(partition);
        sink.putLong(cut.lsn());
        sink.putBytes(cut.state().toBytes());
        putImages(sink, images.pageCount(), images::pageImage);
        putImages(sink, images.blockCount(), images::blockImage);
      }
      sink.finish(number, files.databaseId(), partitions.size());
    }
    underEachToken(PartitionImages::naming);
    files.publish(number);
  }

  private void underEachToken(Consumer<PartitionImages> step) {
    for (Partition partition : partitions) {
      partition.queue().borrow();
      try {
        step.accept(imagesOf(partition));
      } finally {
        partition.queue().giveBackForNow();
      }
    }
  }

  private interface ImageOf {
    long image(int unit);
  }

  private static void putImages(CheckpointSink sink, int unitCount, ImageOf images)
      throws IOException {
    int count = 0;
    for (int unit = 0; unit < unitCount; unit++) {
      count += images.image(unit) == 0 ? 0 : 1;
    }
    sink.putInt(count);
    for (int unit = 0; unit < unitCount; unit++) {
      long image = images.image(unit);
      if (image != 0) {
        sink.putInt(unit);
        sink.putLong(image);
      }
    }
  }

  private void published(int number, long smallestCut) {
    underEachToken(images -> images.published(number));
    freeRetiredSlots();
    long olderCutLsn = cutLsn;
    cutLsn = smallestCut;
    checkpointCount.increment();
    try {
      files.removeOld();
    } catch (IOException e) {
      reportLeft(e);
    }
    unrecycled = false;
    try {
      if (files.hasOlder()) {
        log.recycleBefore(olderCutLsn);
      }
    } catch (UncheckedIOException | LogException e) {
      unrecycled = true;
      log.recyclingFailed(e);
      reportLeft(e);
    }
  }

  private void freeRetiredSlots() {
    boolean[] more = {true};
    while (more[0]) {
      more[0] = false;
      underEachToken(images -> more[0] |= images.freeRetiredSlots());
      relieve();
    }
  }

  /// The checkpoint is made; what is left is removed after the next one.
  private void reportLeft(Exception e) {
    System.getLogger("org.basaltdb")
        .log(
            Level.WARNING,
            "{0}: files that no checkpoint needs could not be removed, and are tried again: {1}",
            name,
            String.valueOf(e.getMessage()));
  }

  /// Makes a last checkpoint, if what it saves is worth it, and ends the thread. Nothing is written
  /// any more.
  @Override
  public void close() {
    lock.lock();
    try {
      if (finalFailure == null && log.tail() - cutLsn >= Math.min(logBytes, SHORT_LOG_BYTES)) {
        requests.add(new Request());
      }
      closing = true;
      LockSupport.unpark(thread);
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Closes its files; nobody makes a checkpoint any more, nor reads a page.
  ///
  /// @throws IOException if one of them cannot be closed
  public void closeFiles() throws IOException {
    cleaner.close();
    files.closePages();
  }
}
