package org.basaltdb.core.recovery;

import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.LogStats;
import org.jspecify.annotations.Nullable;

/// The log as the tables know it: made before the real one, because opening that one replays
/// records into them, and handing everything on to it afterwards.
///
/// - **DEFER-1.** While the log is opened nothing is claimed: replayed changes are in it already.
///   What readers ask for then is answered as "everything is durable", which it is.
///
/// Thread rules: [#attach] once, before the tables are shared with other threads; else those of the
/// log.
public final class DeferredLog implements CommitLog {
  private @Nullable CommitLog target;

  /// Hands everything on to that log from now on.
  public void attach(CommitLog log) {
    if (target != null) {
      throw new IllegalStateException(
          "a log is attached already; found " + target + "; expected none");
    }
    target = log;
  }

  private CommitLog target() {
    CommitLog log = target;
    if (log == null) {
      throw new IllegalStateException(
          "DEFER-1: the log was used while it is being opened; expected to wait until the replay is"
              + " through");
    }
    return log;
  }

  @Override
  public long claim(int payloadBytes) {
    return target().claim(payloadBytes);
  }

  @Override
  public long payloadAddress(long lsn) {
    return target().payloadAddress(lsn);
  }

  @Override
  public void publish(
      long lsn, int payloadBytes, byte recordType, byte flags, Durability durability) {
    target().publish(lsn, payloadBytes, recordType, flags, durability);
  }

  @Override
  public void publishPadding(long lsn, int payloadBytes) {
    target().publishPadding(lsn, payloadBytes);
  }

  @Override
  public long endLsn(long lsn, int payloadBytes) {
    return target().endLsn(lsn, payloadBytes);
  }

  @Override
  public long tail() {
    return target().tail();
  }

  @Override
  public long durableLsn() {
    CommitLog log = target;
    return log == null ? Long.MAX_VALUE : log.durableLsn();
  }

  @Override
  public long lastSyncLsn() {
    CommitLog log = target;
    return log == null ? 0 : log.lastSyncLsn();
  }

  @Override
  public void awaitDurable(long lsn) {
    target().awaitDurable(lsn);
  }

  @Override
  public void requestDurable(long lsn) {
    target().requestDurable(lsn);
  }

  @Override
  public void awaitSpace(int payloadBytes) {
    target().awaitSpace(payloadBytes);
  }

  @Override
  public void requestSpace(int payloadBytes) {
    target().requestSpace(payloadBytes);
  }

  @Override
  public void flush() {
    target().flush();
  }

  @Override
  public boolean failed() {
    return target().failed();
  }

  @Override
  public int maxPayloadBytes() {
    return target().maxPayloadBytes();
  }

  @Override
  public long recycleBefore(long lsn) {
    return target().recycleBefore(lsn);
  }

  @Override
  public boolean awaitsRecycling() {
    return target().awaitsRecycling();
  }

  @Override
  public void recyclingFailed(Throwable cause) {
    target().recyclingFailed(cause);
  }

  @Override
  public LogStats stats() {
    return target().stats();
  }

  @Override
  public void close() {
    target().close();
  }
}
