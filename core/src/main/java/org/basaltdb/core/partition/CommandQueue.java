package org.basaltdb.core.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// The commands of one partition: a bounded ring that any thread fills, and the writer token under
/// which one thread at a time empties it. Whoever submits carries the work out himself if nobody
/// else is at it (*caller-runs*), or a dedicated thread does.
///
/// Numbered invariants, with the interleaving that each one forbids:
///
/// - **TOKEN-1.** Producer: offer, full fence, try the token. Holder: volatile release, look at the
///   ring, try again if something is there. Without the fence or with a weaker release, the
///   producer can see the token held while the holder sees the ring empty, and the command stays
///   there with nobody to run it.
/// - **TOKEN-2.** The ring is emptied with `relaxedPoll`: a place that was claimed but not yet
///   stored counts as empty. Its producer tries the token after its store, so waiting for it would
///   only make a preempted producer everybody's problem.
/// - **TOKEN-3.** See [Command].
/// - **TOKEN-4.** Holding the token: no sync, no page I/O, no wait. A command that lacks log space,
///   room for a copy (CUT-2), or a page that is not in memory (ASIDE-1), steps aside: it stays
///   first in line (commands of one session keep their order), the token is released for the wait,
///   and the command runs again. A dedicated writer keeps the token, lends it if asked, and tries
///   again when its idle strategy lets it.
/// - **TOKEN-5.** A whole partition is borrowed through [LendingWord], which is read between
///   commands, never through the ring. Also while a command is aside: a checkpoint, which makes
///   room in the log and for copies, borrows.
/// - **TOKEN-6.** Whenever the token is free and a command is waiting, some thread that is not
///   parked is about to try the token. A holder leaves only if it found nothing, or unparked the
///   thread that waits for the next command, or a borrower is waiting; a thread that stops waiting
///   before its command is done (time-out, interrupt) tries the token once more, because it may be
///   the one that was chosen. So neither a hand-over nor a preempted successor strands a command:
///   any later arrival serves it too.
/// - **TOKEN-7.** A command overtakes none that its thread submitted before. The ring keeps their
///   order; a holder passes the ring by only if its indices say that no place is claimed. A first
///   element that is not stored yet says nothing: commands of the holder may stand behind it.
///
/// Source of the scheme: flat combining (Hendler, Incze, Shavit, Tzafrir 2010) with a bounded turn.
public final class CommandQueue {
  /// A holder leaves after this many commands if somebody else can go on.
  public static final int QUOTA_COMMANDS = 64;

  /// A holder leaves after this long if somebody else can go on.
  public static final long QUOTA_NANOS = 20_000;

  /// A loan longer than this is reported.
  public static final long OVERDUE_LOAN_NANOS = 1_000_000_000;

  /// How a turn ended: nothing was left, the quota was used up, a borrower waits, or a command
  /// needs log space, room for a copy, or a page.
  private static final int EMPTY = 0;

  private static final int QUOTA = 1;
  private static final int LENT = 2;
  private static final int STEPPED_ASIDE = 3;
  private static final int ABRUPT = 4;

  /// How a wait ended.
  public static final int DONE = 0;

  public static final int TIMED_OUT = 1;
  public static final int INTERRUPTED = 2;

  private static final long NOBODY = 0;

  private static final VarHandle HOLDER;

  static {
    try {
      HOLDER = MethodHandles.lookup().findVarHandle(CommandQueue.class, "holder", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final CommandHost host;
  private final boolean dedicated;
  private final MpscVarHandleArrayQueue<Command> ring;
  private final WriterToken token = new WriterToken();
  private final LendingWord lending = new LendingWord();

  /// Why the partition failed; once set, every command ends with it.
  private volatile @Nullable Throwable failureCause;

  // Guarded by the token: written and read by its holder only, unless a comment says otherwise.

  /// The command that stepped aside: first in line. Also looked at right after the release; see
  /// [#somethingWaiting()].
  private @Nullable Command stalled;

  /// The command being carried out. Not null when the token is taken: its last holder left by way
  /// of a throwable.
  private @Nullable Command running;

  /// The same for the holder's own command.
  private boolean ownRunning;

  private @Nullable Command successor;

  /// What the command that stepped aside answered: bytes, or [Command#missingPage].
  private int wantedByStalled;

  /// How many commands have stepped aside. The number of the one that did last tells what was
  /// fetched for it from what a slow thread still fetches for one before (ASIDE-4).
  private int asideCount;

  private long performedCount;

  /// The id of the holder, for the check against nested commands; every other thread may read
  /// anything but its own here. Opaque.
  @SuppressWarnings("UnusedVariable") // through its handle
  private long holder;

  // The loan, written and read by the lender (where callers write in turn the borrower is its own
  // lender).

  private long loanStartNanos;
  private boolean loanReported;

  /// Written by the borrower, read by the lender if the loan is overdue.
  private volatile String borrowerName = "nobody";

  /// @param ringCapacity the most commands that can wait, rounded up to a power of two, >= 2
  /// @param dedicated whether one thread calls [#duty()] and nobody else ever takes the token
  public CommandQueue(CommandHost host, int ringCapacity, boolean dedicated) {
    this.host = host;
    this.dedicated = dedicated;
    this.ring = new MpscVarHandleArrayQueue<>(ringCapacity);
  }

  /// Carries the command out, by this thread or another, and returns when it is done. An interrupt
  /// does not end the wait: the command's effect is decided without its caller; the thread's
  /// interrupt flag is restored.
  ///
  /// @param fullTimeoutNanos how long to wait for a place in a full ring
  /// @return false if there was no place: then the command did not run and its slot is free
  public boolean run(Command command, long fullTimeoutNanos) {
    command.arm();
    if (!dedicated && tryEnter()) {
      // Nothing waits: the ring would only be a detour, since this thread would take its own
      // command out of it next. Asked of the indices (TOKEN-7), not of the first element. No other
      // thread learns of the command then, unless it steps aside (TOKEN-3).
      boolean direct = stalled == null && ring.isEmpty();
      if (serveHolding(direct ? command : null, true)) {
        serve();
      }
      if (direct) {
        awaitUninterruptibly(command);
        return true;
      }
    }
    if (!enqueue(command, fullTimeoutNanos)) {
      return false;
    }
    awaitUninterruptibly(command);
    return true;
  }

  /// Puts the command into the ring and returns; it is carried out by this thread before that, or
  /// by another one.
  ///
  /// @param fullTimeoutNanos how long to wait for a place in a full ring
  /// @return false if there was no place: then the command will not run and its slot is free
  public boolean submit(Command command, long fullTimeoutNanos) {
    command.arm();
    if (!enqueue(command, fullTimeoutNanos)) {
      return false;
    }
    serve();
    return true;
  }

  /// Waits until a submitted command is done; an interrupt does not end the wait.
  public void awaitUninterruptibly(Command command) {
    if (!command.isDone()) {
      await(command, false, 0, false);
    }
  }

  /// Waits until a submitted command is done, at most until the deadline. An interrupt ends the
  /// wait, not the command, and leaves the thread's interrupt flag set.
  ///
  /// @param deadlineNanos on the engine's clock; `Long.MAX_VALUE` for no deadline
  /// @return [#DONE], [#TIMED_OUT] or [#INTERRUPTED]
  public int await(Command command, long deadlineNanos) {
    if (command.isDone()) {
      return DONE;
    }
    return await(command, deadlineNanos != Long.MAX_VALUE, deadlineNanos, true);
  }

  private int await(Command command, boolean timed, long deadlineNanos, boolean interruptible) {
    boolean interrupted = false;
    int end = DONE;
    for (int attempt = 0; !command.isDone(); attempt++) {
      if (serve()) {
        continue;
      }
      if (Backoff.briefly(attempt)) {
        continue;
      }
      if (timed && host.nanoTime() - deadlineNanos >= 0) {
        end = TIMED_OUT;
        break;
      }
      park(command, timed, deadlineNanos);
      if (Thread.interrupted()) {
        interrupted = true;
        if (interruptible) {
          end = INTERRUPTED;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (end != DONE) {
      serve(); // TOKEN-6: a holder may have left because it saw this thread waiting
      return command.isDone() ? DONE : end;
    }
    return DONE;
  }

  private void park(Command command, boolean timed, long deadlineNanos) {
    if (isHolder()) {
      throw new IllegalStateException(
          "a command waits for another command of the partition whose writer it is; its thread is "
              + Thread.currentThread().getName()
              + "; expected no nested command; submit it after the first one has ended");
    }
    command.announceWaiter(Thread.currentThread());
    // Partners: finish() and handOver() read the waiter after they wrote the state or released the
    // token. All four accesses are
    // volatile: either the other side sees the announcement, or this side sees that there is no
    // reason to park.
    if (!command.isDone() && !mayEnter()) {
      if (timed) {
        LockSupport.parkNanos(command, Math.max(1, deadlineNanos - host.nanoTime()));
      } else {
        LockSupport.park(command);
      }
    }
    command.withdrawWaiter();
  }

  private boolean enqueue(Command command, long fullTimeoutNanos) {
    if (!ring.offer(command) && !offerPatiently(command, fullTimeoutNanos)) {
      command.disarm();
      return false;
    }
    // TOKEN-1: the ring stores its element with release only; the fence keeps the look at the token
    // behind it.
    VarHandle.fullFence();
    return true;
  }

  private boolean offerPatiently(Command command, long timeoutNanos) {
    long deadlineNanos = host.nanoTime() + timeoutNanos;
    boolean interrupted = false;
    boolean offered = false;
    for (int attempt = 0; !offered; attempt++) {
      if (!serve()) {
        Backoff.pause(attempt);
        interrupted |= Thread.interrupted(); // a set flag would turn the pause into a busy loop
      }
      offered = ring.offer(command);
      if (!offered && host.nanoTime() - deadlineNanos >= 0) {
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return offered;
  }

  /// Tries the token and, if it is free, empties the ring: until nothing is left, or somebody else
  /// goes on.
  ///
  /// @return whether this thread held the token
  private boolean serve() {
    if (!tryEnter()) {
      return false;
    }
    while (serveHolding(null, true) && tryEnter()) {
      Thread.onSpinWait();
    }
    return true;
  }

  private boolean mayEnter() {
    return !dedicated && lending.isIdle() && !token.isHeld();
  }

  private boolean tryEnter() {
    if (dedicated || !lending.isIdle() || !token.tryAcquire()) {
      return false;
    }
    entered();
    return true;
  }

  /// First thing of every holder.
  private void entered() {
    HOLDER.setOpaque(this, Thread.currentThread().threadId());
    if (ownRunning) {
      ownRunning = false;
      fail(new IllegalStateException("a writer left in the middle of its own command"));
    }
    Command left = running;
    if (left != null) {
      running = null;
      left.fail(
          host.partitionFailed(
              fail(new IllegalStateException("a writer left in the middle of a command"))));
    }
  }

  /// One turn as the writer. The token is held on entry and free on return.
  ///
  /// @param own the holder's own command, to be carried out first without the ring; or null
  /// @param mayWait whether to wait for what a command lacks that stepped aside; if not, this
  ///   thread comes back (TOKEN-6)
  /// @return whether this thread still owes a look at the ring
  private boolean serveHolding(@Nullable Command own, boolean mayWait) {
    int end = ABRUPT;
    Command next = null;
    int wanted = 0;
    int aside = 0;
    try {
      if (own != null && perform(own, false, true)) {
        end = STEPPED_ASIDE;
      } else {
        end = drain();
      }
      next = end == STEPPED_ASIDE ? stalled : successor;
      wanted = wantedByStalled;
      aside = asideCount;
    } finally {
      if (end == ABRUPT) {
        fail(new IllegalStateException("a writer left in the middle of its turn"));
      }
      HOLDER.setOpaque(this, NOBODY);
      token.release();
    }
    return switch (end) {
      case LENT -> false; // the borrower looks at the ring when it gives the partition back
      case QUOTA -> next == null || !handOver(next);
      case STEPPED_ASIDE -> {
        if (mayWait) {
          awaitWanted(wanted, aside);
        } else if (next != null && !handOver(next)) {
          request(wanted, aside); // nobody else would ask for it
        }
        yield mayWait;
      }
      default -> somethingWaiting();
    };
  }

  private void awaitWanted(int wanted, int aside) {
    if (wanted > 0) {
      host.awaitRoom(wanted);
    } else {
      host.fetch(Command.pageOf(wanted), aside);
    }
  }

  private void request(int wanted, int aside) {
    if (wanted > 0) {
      host.requestRoom(wanted);
    } else {
      host.requestFetch(Command.pageOf(wanted), aside);
    }
  }

  /// Carries waiting commands out, in order. The token is held.
  private int drain() {
    long sinceNanos = 0;
    for (int turnCount = 0; ; turnCount++) {
      if (!lending.isIdle()) {
        return LENT;
      }
      Command next = stalled;
      boolean resumed = next != null;
      if (!resumed) {
        next = ring.relaxedPeek();
      }
      if (next == null) {
        return EMPTY;
      }
      if (turnCount == 1) {
        sinceNanos = host.nanoTime();
      } else if (turnCount >= QUOTA_COMMANDS
          || (turnCount > 1 && host.nanoTime() - sinceNanos >= QUOTA_NANOS)) {
        successor = next;
        return QUOTA;
      }
      if (resumed) {
        stalled = null;
      } else {
        ring.relaxedPoll();
      }
      if (perform(next, resumed, false)) {
        return STEPPED_ASIDE;
      }
    }
  }

  /// Carries one command out. The token is held.
  ///
  /// The holder's own command, which never was in the ring, is what every write without a crowd is.
  /// It takes no step between threads but the token's, and stores no reference: where the
  /// collector's barrier for that has a fence, each would wait for the lines that the row and its
  /// record are on their way to.
  ///
  /// @param resumed whether it stepped aside before
  /// @param own whether no other thread knows it
  /// @return whether the command stepped aside
  private boolean perform(Command command, boolean resumed, boolean own) {
    if (!resumed) {
      if (own) {
        command.beginOwn();
      } else {
        command.begin();
      }
      performedCount++;
    }
    Throwable cause = failureCause;
    if (cause != null) {
      if (resumed) {
        host.resumedDone();
      }
      command.fail(host.partitionFailed(cause));
      return false;
    }
    if (own) {
      ownRunning = true;
    } else {
      running = command;
    }
    int wanted;
    try {
      wanted = command.execute();
    } catch (Throwable thrown) {
      leaveCommand();
      command.fail(host.partitionFailed(fail(thrown)));
      return false;
    }
    leaveCommand();
    if (wanted != Command.FINISHED) {
      RuntimeException unfetched =
          resumed && wanted < 0 ? host.fetchFailure(Command.pageOf(wanted), asideCount) : null;
      if (unfetched == null) {
        stalled = command;
        wantedByStalled = wanted;
        if (!resumed) {
          asideCount++;
        }
        return true;
      }
      command.refuse(unfetched);
    }
    if (resumed) {
      host.resumedDone();
    }
    if (own) {
      command.finishOwn();
    } else {
      command.finish();
    }
    return false;
  }

  private void leaveCommand() {
    ownRunning = false;
    if (running != null) {
      running = null;
    }
  }

  /// After the release: wakes the thread that waits for the next command, so that it takes its
  /// turn.
  ///
  /// @return false if no thread is parked for it: then the caller looks at the ring again (TOKEN-6)
  private static boolean handOver(Command next) {
    Thread parked = next.waiter();
    if (parked == null || isCurrent(parked)) {
      return false;
    }
    LockSupport.unpark(parked);
    return true;
  }

  /// The look after the release (TOKEN-1). If nobody took the token since, the consumer index and
  /// the stalled command are what this thread left, so the answer is exact; if somebody did, the
  /// answer does not matter: the look is his to make. A place that is claimed and not stored hides
  /// what stands behind it; its producer has its own look still before it (TOKEN-2).
  private boolean somethingWaiting() {
    return stalled != null || ring.relaxedPeek() != null;
  }

  /// Borrows the partition: on return no command runs, and none will until [#giveBack()]. Waits for
  /// at most one command and for other borrowers. Uninterruptible. Several partitions are borrowed
  /// in ascending order.
  public void borrow() {
    boolean interrupted = false;
    for (int attempt = 0; !lending.request(); attempt++) {
      Backoff.pause(attempt);
      interrupted |= Thread.interrupted();
    }
    borrowerName = Thread.currentThread().getName();
    for (int attempt = 0; !takeLoan(); attempt++) {
      Backoff.pause(attempt);
      interrupted |= Thread.interrupted();
    }
    entered();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean takeLoan() {
    if (dedicated) {
      return lending.get() == LendingWord.GRANTED;
    }
    if (!token.tryAcquire()) {
      return false;
    }
    grantLoan();
    return true;
  }

  private void grantLoan() {
    loanStartNanos = host.nanoTime();
    loanReported = false;
    lending.grant();
  }

  /// Ends the loan. Where callers write in turn, commands that came meanwhile are carried out
  /// before this returns, or by others. Holding other partitions, call [#release] for all of them
  /// first.
  public void giveBack() {
    release();
    serveLateArrivals();
  }

  /// As [#giveBack], for a borrower that must not wait for anything: it takes one turn, and asks
  /// for what a command lacks that steps aside in it. If no thread waits for that command, the
  /// engine's looks after it (TOKEN-6).
  public void giveBackForNow() {
    release();
    serveForNow();
  }

  /// The look at the ring of a borrower that must not wait.
  void serveForNow() {
    if (!dedicated && somethingWaiting()) {
      // A second turn where the first ended with nobody to hand over to.
      for (int turn = 0; turn < 2 && tryEnter() && serveHolding(null, false); turn++) {
        Thread.onSpinWait();
      }
    }
  }

  /// Ends the loan; the borrower still owes [#serveLateArrivals] (TOKEN-6).
  void release() {
    assert isHolder() : "TOKEN-5: given back by a thread that did not borrow";
    HOLDER.setOpaque(this, NOBODY);
    if (dedicated) {
      lending.giveBack();
      return;
    }
    reportIfOverdue();
    lending.giveBack();
    lending.settle();
    token.release();
  }

  /// The borrower's look at the ring. It may carry commands out, and wait for log space: nothing
  /// may be held (TOKEN-4).
  void serveLateArrivals() {
    if (!dedicated && somethingWaiting()) {
      serve();
    }
  }

  private void reportIfOverdue() {
    long heldNanos = host.nanoTime() - loanStartNanos;
    if (heldNanos >= OVERDUE_LOAN_NANOS && !loanReported) {
      loanReported = true;
      host.loanOverdue(borrowerName, heldNanos);
    }
  }

  /// The dedicated writer takes the token for good.
  void startDuty() {
    while (!token.tryAcquire()) {
      Thread.onSpinWait();
    }
    entered();
  }

  /// One round of the dedicated writer: lends the partition if asked, else carries waiting commands
  /// out.
  ///
  /// @return how much was done, for the idle strategy
  int duty() {
    return switch (lending.get()) {
      case LendingWord.REQUESTED -> {
        HOLDER.setOpaque(this, NOBODY);
        grantLoan();
        yield 1;
      }
      case LendingWord.RETURNED -> {
        reportIfOverdue();
        lending.settle();
        entered();
        yield 1;
      }
      case LendingWord.GRANTED -> {
        reportIfOverdue();
        yield 0;
      }
      default -> drainOnDuty();
    };
  }

  private int drainOnDuty() {
    long before = performedCount;
    int end = ABRUPT;
    try {
      end = drain();
    } finally {
      if (end == ABRUPT) {
        fail(new IllegalStateException("a writer left in the middle of its turn"));
      }
    }
    if (end == STEPPED_ASIDE) {
      // It does not wait: who makes room may have to borrow the partition first.
      request(wantedByStalled, asideCount);
    }
    return (int) (performedCount - before);
  }

  /// The dedicated writer is about to end. Nothing may be submitted any more.
  void endDuty() {
    for (int attempt = 0; !lending.isIdle() || somethingWaiting(); attempt++) {
      if (duty() == 0) {
        Backoff.pause(attempt);
      }
    }
    HOLDER.setOpaque(this, NOBODY);
    token.release();
  }

  /// Marks the partition FAILED: its structures may be half changed. The first cause stays.
  public Throwable fail(Throwable cause) {
    Throwable first = failureCause;
    if (first != null) {
      return first;
    }
    failureCause = cause;
    return cause;
  }

  /// Why the partition failed, or null.
  public @Nullable Throwable failureCause() {
    return failureCause;
  }

  /// The most commands that can wait.
  public int capacity() {
    return ring.capacity();
  }

  /// Whether a command waits, in the ring or aside; about, unless nothing is submitted any more.
  public boolean isWaiting() {
    return stalled != null || !ring.isEmpty();
  }

  /// How many commands wait in the ring, about.
  public int waitingCount() {
    return ring.size();
  }

  /// How many commands were started, about (read without the token).
  public long performedCount() {
    return performedCount;
  }

  private boolean isHolder() {
    return (long) HOLDER.getOpaque(this) == Thread.currentThread().threadId();
  }

  /// Identity, not equality: it is about this very thread.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isCurrent(@Nullable Thread thread) {
    return thread == Thread.currentThread();
  }
}
