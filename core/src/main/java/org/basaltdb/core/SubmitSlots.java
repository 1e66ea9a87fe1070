package org.basaltdb.core;

import java.util.concurrent.locks.LockSupport;
import org.basaltdb.core.SessionMemory.NativeBlock;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.error.BackpressureException;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.CommitLog;
import org.jspecify.annotations.Nullable;

/// The places of a session's writes in flight: the commands, copies of the bytes they carry, and
/// the completions that stand for them. Made when the first write is submitted; nothing is
/// allocated per write after that, except native memory for a row that is larger than any before it
/// in its slot.
///
/// Confined to the session's thread. A slot's bytes are read by the drainer until its command is
/// DONE, or FREE after it was abandoned; they are not touched before that (TOKEN-3).
final class SubmitSlots {
  /// How many completions there are for every slot, so that a consumed one rests before it is
  /// handed out again.
  private static final int COMPLETIONS_PER_SLOT = 4;

  private static final long PAUSE_NANOS = 20_000;

  private final Session session;
  private final WriteCommand[] commands;
  private final NativeBlock[] blocks;
  private final Completion[] completions;
  private int nextSlot;
  private int nextCompletion;

  SubmitSlots(Session session, int slotCount, CommitLog log, SessionMemory memory) {
    this.session = session;
    commands = new WriteCommand[slotCount];
    blocks = new NativeBlock[slotCount];
    completions = new Completion[slotCount * COMPLETIONS_PER_SLOT];
    for (int i = 0; i < slotCount; i++) {
      commands[i] = new WriteCommand(this, log);
      blocks[i] = memory.newBlock();
    }
    for (int i = 0; i < completions.length; i++) {
      completions[i] = new Completion(session);
    }
  }

  /// The memory of all slots, for the release when the session is unreachable.
  NativeBlock[] blocks() {
    return blocks;
  }

  /// A free slot. Writes that were abandoned free theirs by themselves; those that wait to be
  /// consumed do not.
  ///
  /// @return its number
  /// @throws BackpressureException if every slot is taken
  int acquire() {
    int slotCount = commands.length;
    for (int i = 0; i < slotCount; i++) {
      int slot = nextSlot;
      nextSlot = slot + 1 == slotCount ? 0 : slot + 1;
      if (commands[slot].isFree()) {
        return slot;
      }
    }
    throw new BackpressureException(
        "the submit slots of " + session,
        0,
        slotCount,
        "await or close completions, or open with more submitSlots");
  }

  /// Whether a write in flight adds a row with that number in the auto-increment column.
  boolean adds(TableEntry entry, long number) {
    for (WriteCommand command : commands) {
      if (!command.isFree() && command.adds(entry, number)) {
        return true;
      }
    }
    return false;
  }

  WriteCommand command(int slot) {
    return commands[slot];
  }

  /// Copies what the mutation of a slot points to into the slot.
  ///
  /// @param source holds the addresses to copy from
  /// @param keyImageBytes 0 if the key image is not used
  /// @param setMaskBytes 0 if there is no mask
  void copy(int slot, Mutation source, int keyImageBytes, int setMaskBytes) {
    Mutation m = commands[slot].mutation();
    int imageRoom = align(source.imageBytes);
    int keyRoom = align(keyImageBytes);
    long to = blocks[slot].ensure((long) imageRoom + keyRoom + setMaskBytes);
    Memory.copy(source.imageAddress, to, source.imageBytes);
    m.imageAddress = to;
    m.imageBytes = source.imageBytes;
    m.keyImageAddress = 0;
    if (keyImageBytes > 0) {
      Memory.copy(source.keyImageAddress, to + imageRoom, keyImageBytes);
      m.keyImageAddress = to + imageRoom;
    }
    m.setMaskAddress = 0;
    if (setMaskBytes > 0) {
      Memory.copy(source.setMaskAddress, to + imageRoom + keyRoom, setMaskBytes);
      m.setMaskAddress = to + imageRoom + keyRoom;
    }
    m.kind = source.kind;
    m.keyWord = source.keyWord;
    m.hashWord = source.hashWord;
    m.durability = source.durability;
  }

  private static int align(int bytes) {
    return (bytes + Long.BYTES - 1) & -Long.BYTES;
  }

  /// A completion for a write that was just submitted.
  Completion complete(int slot) {
    while (true) {
      Completion completion = completions[nextCompletion];
      nextCompletion = nextCompletion + 1 == completions.length ? 0 : nextCompletion + 1;
      if (completion.isConsumed()) {
        completion.begin(commands[slot]);
        return completion;
      }
    }
  }

  /// Consumes whatever was not.
  void abandonAll() {
    for (Completion completion : completions) {
      if (!completion.isConsumed()) {
        completion.command().abandon();
        completion.end();
      }
    }
  }

  /// Waits until no drainer reads the slots' bytes any more. An interrupt does not end the wait,
  /// and stays set.
  void awaitFree() {
    boolean interrupted = false;
    for (WriteCommand command : commands) {
      while (!command.isFree()) {
        LockSupport.parkNanos(this, PAUSE_NANOS);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Gives the memory of all slots back.
  static void free(NativeBlock @Nullable [] blocks) {
    if (blocks != null) {
      for (NativeBlock block : blocks) {
        block.free();
      }
    }
  }
}
