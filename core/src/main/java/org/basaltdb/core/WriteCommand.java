package org.basaltdb.core;

import static java.util.Objects.requireNonNull;

import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.error.CheckpointFailedException;
import org.basaltdb.core.error.ReadOnlyException;
import org.basaltdb.core.partition.Command;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.MutationRecordLayout;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// One write of one row, in a slot of its session. The mutation in it is filled by the session
/// before the command is armed.
final class WriteCommand extends Command {
  @SuppressWarnings("unused") // held, not used
  private final Object owner;

  private final CommitLog log;
  private final Mutation mutation = new Mutation();
  private @Nullable Table table;
  private int partition;
  private boolean dropped;
  private long requiredLsn;

  /// @param owner has the memory that the mutation points to; the command keeps it reachable
  WriteCommand(Object owner, CommitLog log) {
    this.owner = owner;
    this.log = log;
  }

  /// What is to be done, and what came of it.
  Mutation mutation() {
    return mutation;
  }

  /// The session: which table the mutation is for.
  @SuppressWarnings("ReferenceEquality") // this very table
  void aim(Table aimed, int partitionNumber) {
    if (table != aimed) { // mostly the same: storing a reference has its price, see CommandQueue
      table = aimed;
    }
    partition = partitionNumber;
    dropped = false;
    requiredLsn = 0;
  }

  Table table() {
    return requireNonNull(table, "the command was never aimed at a table");
  }

  /// Whether it adds a row to that table with that number in the auto-increment column. Its bytes
  /// have to be there still: asked by the session, of a slot that is not free.
  boolean adds(TableEntry entry, long number) {
    return table().entry() == entry
        && (mutation.kind == Mutation.INSERT || mutation.kind == Mutation.UPSERT)
        && RowCodec.integer(
                entry.layout(), mutation.imageAddress, entry.schema().autoIncrementOrdinal())
            == number;
  }

  /// The number of the partition that it is for.
  int partition() {
    return partition;
  }

  /// Whether the table was dropped before the command came to be carried out.
  boolean dropped() {
    return dropped;
  }

  /// Up to where the log has to be on disk before the result may be told; 0 for nowhere.
  long requiredLsn() {
    return requiredLsn;
  }

  @Override
  protected int execute() {
    TableEntry entry = table().entry();
    if (entry.isDropped()) {
      dropped = true;
      return FINISHED;
    }
    TablePartition target = entry.partitions()[partition];
    try {
      target.apply(mutation);
    } catch (RuntimeException failure) {
      if (target.failure() != null) {
        throw failure;
      }
      reject(refusal(failure));
      return FINISHED;
    }
    if (mutation.outcome == Mutation.NO_LOG_SPACE) {
      return wantedLogBytes();
    }
    if (mutation.outcome == Mutation.NO_ROOM) {
      Throwable failure = target.roomFailure();
      if (failure != null) {
        reject(noRoom(failure));
        return FINISHED;
      }
      return Long.BYTES; // of the log it lacks nothing that is known
    }
    if (mutation.outcome == Mutation.PAGE_MISSING) {
      return missingPage(mutation.missingPage);
    }
    if (mutation.outcome == Mutation.INSERTED) {
      entry.noteAdded(mutation.imageAddress);
    }
    requiredLsn = durabilityOfResult();
    return FINISHED;
  }

  /// The exception for the caller, if nothing was changed. Anything unexpected fails the partition.
  private static RuntimeException refusal(RuntimeException failure) {
    if (Failures.isRefusal(failure)) {
      return Failures.named(failure);
    }
    throw failure;
  }

  private static ReadOnlyException noRoom(Throwable failure) {
    return failure instanceof CheckpointFailedException ended
        ? ReadOnlyException.untilReopened(ended.found(), ended)
        : ReadOnlyException.ofPages(FileErrorException.brief(failure), failure);
  }

  /// What to wait for. The record of a partial update is as long as the merged row, which is not
  /// known here: any record fits then.
  private int wantedLogBytes() {
    return mutation.kind == Mutation.UPDATE
        ? log.maxPayloadBytes()
        : MutationRecordLayout.payloadBytes(mutation.imageBytes);
  }

  /// LOG-5: an acknowledgement waits for what it read. A write that changed nothing read that; one
  /// that did not ask for SYNC itself may have found the row of one that did, and its answer says
  /// so.
  private long durabilityOfResult() {
    boolean changed =
        mutation.outcome == Mutation.INSERTED
            || mutation.outcome == Mutation.REPLACED
            || mutation.outcome == Mutation.DELETED;
    if (changed && mutation.durability != Durability.SYNC) {
      long lastSyncLsn = log.lastSyncLsn();
      return lastSyncLsn > log.durableLsn() ? lastSyncLsn : 0;
    }
    return mutation.endLsn;
  }
}
