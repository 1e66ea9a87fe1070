package org.basaltdb.core;

import static java.util.Objects.requireNonNull;

import java.lang.ref.Reference;
import java.util.List;
import org.basaltdb.core.SessionMemory.NativeBlock;
import org.basaltdb.core.catalog.AutoIncrement;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.partition.CommandQueue;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.MutationRecordLayout;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// How a session writes: from the caller's buffer to a command, from the command's result to the
/// answer, at once or later.
///
/// Confined to the session's thread. The session has checked thread and table before it calls.
final class WritePath {
  private final Session session;
  private final Engine engine;
  private final CommitLog log;
  private final Gate gate;
  private final SessionMemory memory;
  private final WriteCommand writing;
  private @Nullable SubmitSlots submitted;
  private long lastGeneratedKey;

  /// Whether the mutation prepared last has a number from the table's counter in its key.
  private boolean generated;

  WritePath(Session session, Engine engine, Gate gate, SessionMemory memory) {
    this.session = session;
    this.engine = engine;
    this.log = engine.log();
    this.gate = gate;
    this.memory = memory;
    this.writing = new WriteCommand(session, log);
  }

  long lastGeneratedKey() {
    return lastGeneratedKey;
  }

  boolean write(Table table, RowBuffer row, byte kind, Durability durability) {
    requireNonNull(row, "row");
    requireNonNull(durability, "durability");
    gate.enter(table);
    try {
      prepare(table, row, kind, durability);
      engine.run(writing, writing.partition());
      while (generated && isDuplicate(writing)) {
        // Another session gave the number to a row of its own meanwhile; any other will do.
        writing.consume();
        prepare(table, row, kind, durability);
        engine.run(writing, writing.partition());
      }
      return acknowledge(writing);
    } finally {
      gate.exit();
      Reference.reachabilityFence(row); // another thread may have read its memory until now
    }
  }

  boolean delete(Table table, long key, Durability durability) {
    requireNonNull(durability, "durability");
    gate.enter(table);
    try {
      prepareDelete(table, key, durability);
      return run(writing);
    } finally {
      gate.exit();
    }
  }

  boolean delete(Table table, Key key, Durability durability) {
    requireNonNull(key, "key");
    requireNonNull(durability, "durability");
    gate.enter(table);
    try {
      prepareDelete(table, key, durability);
      return run(writing);
    } finally {
      gate.exit();
      Reference.reachabilityFence(key);
    }
  }

  // ---- preparing the mutation of the direct command

  private void prepare(Table table, RowBuffer row, byte kind, Durability durability) {
    RowImageWriter writer = row.writer();
    table.checkLayout(writer.layout());
    TableEntry entry = table.entry();
    RowLayout layout = entry.layout();
    Mutation m = writing.mutation();
    generated = false;
    if (kind == Mutation.UPDATE) {
      m.imageAddress = writer.encodeUpdate();
      m.setMaskAddress = writer.setMask();
    } else {
      m.imageAddress = encodeRow(entry, writer);
      m.setMaskAddress = 0;
    }
    m.imageBytes = writer.imageBytes();
    int maxRowBytes = MutationRecordLayout.maxImageBytes(log.maxPayloadBytes());
    if (m.imageBytes > maxRowBytes) {
      throw RowTooLargeException.ofLog(table.name(), m.imageBytes, maxRowBytes);
    }
    long keyImage = memory.keyImage(layout);
    KeyCodec.encodeKeyImage(layout, m.imageAddress, keyImage);
    // A row with a new number replaces none, also where another session has just used the number.
    aim(table, keyImage, generated ? Mutation.INSERT : kind, durability);
  }

  private long encodeRow(TableEntry entry, RowImageWriter writer) {
    AutoIncrement counter = entry.autoIncrement();
    if (counter == null || !writer.needsGeneratedKey()) {
      return writer.encodeRow();
    }
    long number = nextNumber(entry, counter);
    writer.generate(number);
    long image = writer.encodeRow();
    lastGeneratedKey = number;
    generated = true;
    return image;
  }

  /// The counter's next number that no row of this session has which is still in flight: the
  /// counter learns of those only when they are carried out.
  private long nextNumber(TableEntry entry, AutoIncrement counter) {
    long number = counter.next();
    SubmitSlots slots = submitted;
    while (slots != null && slots.adds(entry, number)) {
      number = counter.next();
    }
    return number;
  }

  private void prepareDelete(Table table, long key, Durability durability) {
    RowLayout layout = table.entry().layout();
    long keyImage = memory.keyImage(layout);
    Mutation m = writing.mutation();
    m.imageBytes = KeyCodec.encodeLong(layout, key, keyImage);
    m.imageAddress = keyImage;
    m.setMaskAddress = 0;
    aim(table, keyImage, Mutation.DELETE, durability);
  }

  private void prepareDelete(Table table, Key key, Durability durability) {
    long keyImage = Session.imageOf(table, key);
    Mutation m = writing.mutation();
    m.imageBytes = key.writer().imageBytes();
    m.imageAddress = keyImage;
    m.setMaskAddress = 0;
    aim(table, keyImage, Mutation.DELETE, durability);
  }

  private void aim(Table table, long keyImage, byte kind, Durability durability) {
    TableEntry entry = table.entry();
    RowLayout layout = entry.layout();
    Mutation m = writing.mutation();
    m.kind = kind;
    if (m.durability != durability) {
      m.durability = durability;
    }
    m.keyImageAddress = keyImage;
    if (layout.isLongKey()) {
      m.keyWord = Memory.getLong(keyImage);
      m.hashWord = entry.hasher().hashWordOfLong(m.keyWord);
    } else {
      m.hashWord = entry.hasher().hashWordOfKeyImage(keyImage, memory.canonicalKey(layout));
    }
    writing.aim(table, entry.partitionOf(m.hashWord));
  }

  // ---- running commands

  private boolean run(WriteCommand command) {
    engine.run(command, command.partition());
    return acknowledge(command);
  }

  /// Takes the result out of a command that is done, and waits until it may be told. Inside the
  /// gate.
  private boolean acknowledge(WriteCommand command) {
    RuntimeException failure = command.failure();
    boolean dropped = command.dropped();
    int outcome = command.mutation().outcome;
    long required = command.requiredLsn();
    Table table = command.table();
    if (isDuplicate(command)) {
      failure = duplicate(command);
    }
    command.consume();
    if (dropped) {
      throw table.dropped();
    }
    if (required > 0 && required > log.durableLsn()) {
      engine.awaitDurable(required);
    }
    if (failure != null) {
      throw failure;
    }
    return isTrue(outcome, command.mutation().kind);
  }

  private static boolean isDuplicate(WriteCommand command) {
    return command.failure() == null
        && !command.dropped()
        && command.mutation().outcome == Mutation.DUPLICATE;
  }

  private static boolean isTrue(int outcome, byte kind) {
    return switch (outcome) {
      case Mutation.INSERTED, Mutation.DELETED -> true;
      case Mutation.REPLACED -> kind == Mutation.UPDATE;
      default -> false;
    };
  }

  private DuplicateKeyException duplicate(WriteCommand command) {
    Table table = command.table();
    return new DuplicateKeyException(
        table.name(),
        KeyText.of(table.entry().layout(), command.mutation().imageAddress, engine.budget()));
  }

  // ---- submitting

  Completion submitDelete(Table table, long key, Durability durability) {
    requireNonNull(durability, "durability");
    gate.enter(table);
    try {
      int slot = slots().acquire();
      prepareDelete(table, key, durability);
      return submit(table, slot);
    } finally {
      gate.exit();
    }
  }

  Completion submitDelete(Table table, Key key, Durability durability) {
    requireNonNull(key, "key");
    requireNonNull(durability, "durability");
    gate.enter(table);
    try {
      int slot = slots().acquire();
      prepareDelete(table, key, durability);
      return submit(table, slot);
    } finally {
      gate.exit();
      Reference.reachabilityFence(key);
    }
  }

  Completion submit(Table table, RowBuffer row, byte kind, Durability durability) {
    requireNonNull(row, "row");
    requireNonNull(durability, "durability");
    gate.enter(table);
    try {
      int slot = slots().acquire();
      prepare(table, row, kind, durability);
      return submit(table, slot);
    } finally {
      gate.exit();
      Reference.reachabilityFence(row);
    }
  }

  /// Hands the prepared mutation on to a slot, with copies of all it points to.
  private Completion submit(Table table, int slot) {
    SubmitSlots slots = slots();
    RowLayout layout = table.entry().layout();
    Mutation m = writing.mutation();
    int keyImageBytes = layout.isLongKey() ? 0 : KeyCodec.keyImageBytes(layout, m.keyImageAddress);
    int setMaskBytes = m.setMaskAddress == 0 ? 0 : layout.setMaskWords() * Long.BYTES;
    try {
      slots.copy(slot, m, keyImageBytes, setMaskBytes);
    } catch (BudgetExhaustedException e) {
      throw Failures.named(e);
    }
    WriteCommand command = slots.command(slot);
    int partition = writing.partition();
    command.aim(table, partition);
    if (!engine.queue(partition).submit(command, engine.fullTimeoutNanos())) {
      throw engine.full(partition);
    }
    return slots.complete(slot);
  }

  private SubmitSlots slots() {
    SubmitSlots made = submitted;
    if (made == null) {
      made = new SubmitSlots(session, engine.options().submitSlots(), log, memory);
      NativeBlock[] blocks = made.blocks();
      NativeBuffers.track(made, () -> SubmitSlots.free(blocks));
      submitted = made;
    }
    return made;
  }

  boolean isDone(WriteCommand command) {
    if (!command.isDone()) {
      return false;
    }
    long required = command.requiredLsn();
    if (required == 0 || engine.isDurable(required)) {
      return true;
    }
    // Nobody may be waiting for this position: a caller who only looks again and again would look
    // for ever.
    if (gate.tryEnter()) {
      try {
        log.requestDurable(required - 1);
      } finally {
        gate.exit();
      }
    }
    return false;
  }

  /// Waits for a submitted write and consumes its completion.
  boolean await(Completion completion) {
    WriteCommand command = completion.command();
    if (!gate.tryEnter()) {
      return acknowledgeAfterClose(completion, command);
    }
    try {
      awaitTurn(command, Long.MAX_VALUE);
      completion.end();
      return acknowledge(command);
    } finally {
      gate.exit();
    }
  }

  /// @return false if it was not the write's turn until the deadline
  private boolean awaitTurn(WriteCommand command, long deadlineNanos) {
    return switch (engine.queue(command.partition()).await(command, deadlineNanos)) {
      case CommandQueue.DONE -> true;
      case CommandQueue.TIMED_OUT -> false;
      default -> throw Completion.interrupted();
    };
  }

  /// Waits for a submitted write and leaves its completion as it is.
  boolean await(WriteCommand command, long timeoutNanos) {
    if (isDone(command)) {
      return true;
    }
    if (timeoutNanos <= 0) {
      return false;
    }
    if (!gate.tryEnter()) {
      engine.lifecycle().awaitEnd();
      return true;
    }
    try {
      long deadlineNanos = engine.options().seam().clock().nanoTime() + timeoutNanos;
      if (!awaitTurn(command, deadlineNanos)) {
        return false;
      }
      long required = command.requiredLsn();
      if (required > 0) {
        engine.awaitDurable(required);
      }
      return true;
    } finally {
      gate.exit();
    }
  }

  /// The close carried the write out, and made it durable if it could.
  private boolean acknowledgeAfterClose(Completion completion, WriteCommand command) {
    engine.lifecycle().awaitEnd();
    completion.end();
    RuntimeException failure = command.failure();
    int outcome = command.mutation().outcome;
    boolean durable = command.requiredLsn() == 0 || engine.isDurable(command.requiredLsn());
    if (failure == null && command.dropped()) {
      Table table = command.table();
      failure = UnknownTableException.dropped(table.name(), table.id(), List.of());
    } else if (failure == null && outcome == Mutation.DUPLICATE) {
      failure = duplicate(command);
    }
    command.consume();
    if (failure != null) {
      throw failure;
    }
    if (!durable) {
      throw new DatabaseFailedException("the log, while the database was closed", null);
    }
    return isTrue(outcome, command.mutation().kind);
  }

  void abandon(Completion completion) {
    completion.command().abandon();
    completion.end();
  }

  /// Nobody will ask for what is in flight.
  void abandonAll() {
    SubmitSlots slots = submitted;
    if (slots != null) {
      slots.abandonAll();
    }
  }

  /// Waits until no drainer reads the bytes of what is in flight, and gives their memory back.
  void free() {
    SubmitSlots slots = submitted;
    if (slots != null) {
      slots.awaitFree();
      SubmitSlots.free(slots.blocks());
      submitted = null;
    }
  }
}
