package org.basaltdb.stress.race;

import org.basaltdb.core.partition.Command;

/// A command that notices if anybody else is at work in its partition.
public final class WatchedCommand extends Command {
  private final Workplace workplace;

  public WatchedCommand(Workplace workplace) {
    this.workplace = workplace;
  }

  @Override
  protected int execute() {
    workplace.enter();
    workplace.leave();
    return FINISHED;
  }

  /// What at most one thread at a time may be in.
  public static final class Workplace {
    private volatile boolean occupied;
    private volatile boolean shared;
    private int visits;

    public void enter() {
      if (occupied) {
        shared = true;
      }
      occupied = true;
    }

    public void leave() {
      visits++;
      occupied = false;
    }

    /// Whether two threads were ever inside at once.
    public boolean wasShared() {
      return shared;
    }

    /// How often it was left.
    public int visits() {
      return visits;
    }
  }
}
