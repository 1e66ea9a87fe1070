package org.basaltdb.core.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One piece of work for a partition's writer, in a slot that its session uses over and over:
/// nothing is allocated per command.
///
/// ```
///            arm()             begin()            finish()           consume()
///    FREE ----------> QUEUED -----------> RUNNING ----------> DONE ------------> FREE
///     ^    session       |      drainer      |     drainer     |     session
///     |    disarm()      | abandon()         | abandon()       | abandon()
///     +<------+----------+ (session)         | (session)       +---------------> FREE
///     |    session       v                   v
///     |                  +--> ABANDONED <----+
///     |                           |  finish()
///     +<--------------------------+  drainer
/// ```
///
/// **TOKEN-3.** Every step that another thread could take at the same time is a compare-and-set.
/// From DONE only the session goes on; and a command that its session carries out itself, without
/// the ring, no other thread knows before it has stepped aside: it is RUNNING then. An abandoned
/// command is still carried out, since its effect is decided by the order of the ring and not by
/// who waits for it; but only the drainer frees it, because only the drainer knows that it no
/// longer reads the slot's bytes. `disarm()` is for a command that never entered a ring.
///
/// What a subclass stores in its fields before `arm()` is visible to the drainer (through the ring,
/// or because one thread is both), and what [#execute()] stores is visible to the session that saw
/// [#isDone()].
public abstract class Command {
  static final int FREE = 0;
  static final int QUEUED = 1;
  static final int RUNNING = 2;
  static final int DONE = 3;
  static final int ABANDONED = 4;

  /// What [#execute()] returns when the command is finished, whatever its outcome.
  public static final int FINISHED = 0;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Command.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int state = FREE;

  /// The thread that is parked, or about to park, until this command is done. Written by that
  /// thread alone; read by whoever finishes the command or hands the token over.
  private volatile @Nullable Thread waiter;

  /// Written by the drainer before DONE, read by the session after it.
  private @Nullable RuntimeException failure;

  /// Does the work. The writer token of the partition is held (TOKEN-4: no sync, no page I/O, no
  /// wait, no user code).
  ///
  /// A rejection that leaves the partition whole (a duplicate key, a budget) is stored with
  /// [#reject]. Whatever is *thrown* marks the partition FAILED: its structures may be half
  /// changed.
  ///
  /// @return [#FINISHED]; or the positive number of bytes of log space to wait for, or
  ///   [#missingPage]: then nothing was changed, the token is given up for the wait, and this
  ///   method runs again before any later command
  protected abstract int execute();

  /// For [#execute()] to return: a page has to be brought into memory first.
  protected static int missingPage(int page) {
    return -1 - page;
  }

  /// The page of such an answer.
  static int pageOf(int wanted) {
    return -1 - wanted;
  }

  /// Ends this command with an exception for its caller; the partition is whole. Called by
  /// [#execute()] only.
  protected final void reject(RuntimeException why) {
    failure = why;
  }

  /// Session: claims the slot for a new command.
  public final void arm() {
    int found = state;
    if (found != FREE) {
      throw new IllegalStateException(
          "command slot in the wrong state; found " + name(found) + "; expected FREE");
    }
    assert waiter == null : "TOKEN-3: a waiter was left behind";
    failure = null;
    STATE.setRelease(this, QUEUED); // the ring, or the token, carries it to others
  }

  /// Session: takes back a command that never entered a ring.
  final void disarm() {
    move(QUEUED, FREE);
  }

  /// Session: whether the command is finished and its results can be read.
  public final boolean isDone() {
    return state == DONE;
  }

  /// Whether the slot can take a new command.
  public final boolean isFree() {
    return state == FREE;
  }

  /// Session: why the command failed, or null. To be asked between [#isDone()] and [#consume()].
  public final @Nullable RuntimeException failure() {
    assert state == DONE : "TOKEN-3: results read before DONE";
    return failure;
  }

  /// Session: the results were read, the slot is free again.
  public final void consume() {
    if (state != DONE) {
      throw new IllegalStateException(
          "command slot in the wrong state; found " + name(state) + "; expected DONE");
    }
    STATE.setRelease(this, FREE);
  }

  /// Session: nobody will ask for the result. The command is carried out all the same, and the
  /// drainer frees the slot.
  public final void abandon() {
    while (true) {
      int found = state;
      switch (found) {
        case DONE -> {
          if (STATE.compareAndSet(this, DONE, FREE)) {
            return;
          }
        }
        case QUEUED, RUNNING -> {
          if (STATE.compareAndSet(this, found, ABANDONED)) {
            return;
          }
        }
        default ->
            throw new IllegalStateException(
                "command slot in the wrong state; found "
                    + name(found)
                    + "; expected QUEUED, RUNNING or DONE");
      }
    }
  }

  /// Drainer: starts the command. An abandoned one stays abandoned, and runs.
  final void begin() {
    if (!STATE.compareAndSet(this, QUEUED, RUNNING) && state != ABANDONED) {
      throw new IllegalStateException(
          "command taken from the ring in the wrong state; found "
              + name(state)
              + "; expected QUEUED or ABANDONED");
    }
  }

  /// Session, as the holder of the token: starts a command that no other thread knows.
  final void beginOwn() {
    assert state == QUEUED : "TOKEN-3: " + name(state);
    STATE.setRelease(this, RUNNING);
  }

  /// Session, as the holder of the token: ends a command that no other thread knows.
  final void finishOwn() {
    assert state == RUNNING : "TOKEN-3: " + name(state);
    STATE.setRelease(this, DONE);
  }

  /// Drainer: ends the command and wakes whoever waits for it. The slot may be in use again at
  /// once: what is read of it afterwards is at worst the waiter of its next life, whom a needless
  /// unpark does not harm.
  final void finish() {
    if (STATE.compareAndSet(this, RUNNING, DONE)) {
      // Partner: await() announces the waiter, then looks at the state. Both are volatile, so one
      // of the two sees the other.
      Thread parked = waiter;
      if (parked != null) {
        LockSupport.unpark(parked);
      }
    } else {
      move(ABANDONED, FREE);
    }
  }

  /// Drainer: what the command needs cannot be had; nothing was changed.
  final void refuse(RuntimeException why) {
    failure = why;
  }

  /// Drainer: ends the command with an exception.
  final void fail(RuntimeException why) {
    failure = why;
    finish();
  }

  /// Session: from now on whoever finishes the command, or hands the token over to it, unparks the
  /// thread.
  final void announceWaiter(Thread thread) {
    waiter = thread;
  }

  /// Session: takes the announcement back.
  final void withdrawWaiter() {
    waiter = null;
  }

  final @Nullable Thread waiter() {
    return waiter;
  }

  private void move(int expected, int next) {
    if (!STATE.compareAndSet(this, expected, next)) {
      throw new IllegalStateException(
          "command slot in the wrong state; found " + name(state) + "; expected " + name(expected));
    }
  }

  static String name(int state) {
    return switch (state) {
      case FREE -> "FREE";
      case QUEUED -> "QUEUED";
      case RUNNING -> "RUNNING";
      case DONE -> "DONE";
      case ABANDONED -> "ABANDONED";
      default -> "unknown (" + state + ")";
    };
  }
}
