package org.basaltdb.stress.crash;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.basaltdb.core.Completion;
import org.basaltdb.core.Session;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.row.RowView;
import org.basaltdb.stress.crash.KnownTable.Halves;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// One thread that writes and reads at random until its process is killed or the database closed.
/// It knows the rows it owns, so it notices every wrong answer about them at once.
final class Writer implements Runnable {
  private static final int MAX_SUBMITTED = 4;
  private static final int SCRATCH_TABLES = 2;
  private static final List<Shape> SHAPES = List.of(Shape.values());

  private final Load load;
  private final Announcer announcer;
  private final int number;
  private final SplittableRandom random;
  private final Map<LoadTable, OwnedTable> owned = new EnumMap<>(LoadTable.class);
  private final Map<String, OwnedTable> scratch = new HashMap<>();
  private final ArrayDeque<Submitted> submitted = new ArrayDeque<>();

  /// A write whose outcome has not been awaited.
  private record Submitted(Completion completion, OwnedTable table, PlannedWrite write) {}

  /// @param scratchTables tables that come and go, found when the database was opened
  Writer(
      Load load,
      int number,
      int writerCount,
      SplittableRandom random,
      Collection<KnownTable> scratchTables) {
    this.load = load;
    this.announcer = load.announcer();
    this.number = number;
    this.random = random;
    for (LoadTable table : LoadTable.values()) {
      owned.put(table, OwnedTable.of(load.table(table), table.durability(), number, writerCount));
    }
    for (KnownTable table : scratchTables) {
      if (ownScratchNames().contains(table.name())) {
        scratch.put(table.name(), OwnedTable.scratch(table));
      }
    }
  }

  private List<String> ownScratchNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < SCRATCH_TABLES; i++) {
      names.add("scratch_" + number + "_" + i);
    }
    return names;
  }

  @Override
  public void run() {
    try (Session session = load.database().openSession()) {
      while (true) {
        step(session);
      }
    } catch (ClosedException closed) {
      if (!load.closing()) {
        report(closed);
      }
    } catch (RuntimeException | AssertionError failure) {
      report(failure);
    }
  }

  private void report(Throwable failure) {
    StringBuilder text = new StringBuilder(Thread.currentThread().getName() + ": " + failure);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      for (int i = 0; i < Math.min(8, cause.getStackTrace().length); i++) {
        text.append(" | ").append(cause.getStackTrace()[i]);
      }
    }
    announcer.wrong(Fault.WRONG_ANSWER, text.toString());
  }

  private void step(Session session) {
    int draw = random.nextInt(1_000);
    if (draw < 5 && load.mixture().createsTables()) {
      createOrDrop();
    } else if (draw < 200) {
      readOwn(session);
    } else if (draw < 250 && load.mixture().createsTables()) {
      readOthers(session);
    } else {
      write(session);
    }
  }

  private void createOrDrop() {
    List<String> names = ownScratchNames();
    String name = names.get(random.nextInt(names.size()));
    OwnedTable table = scratch.remove(name);
    if (table == null) {
      Shape shape = SHAPES.get(random.nextInt(SHAPES.size()));
      scratch.put(name, OwnedTable.scratch(load.create(name, shape)));
    } else {
      awaitAll();
      load.drop(name);
    }
  }

  private OwnedTable pick() {
    LoadTable picked = load.mixture().pick(random.nextInt(100));
    if (picked == null && !scratch.isEmpty()) {
      List<OwnedTable> tables = List.copyOf(scratch.values());
      return tables.get(random.nextInt(tables.size()));
    }
    return tableOf(picked == null ? LoadTable.SYNC_LONG : picked);
  }

  private OwnedTable tableOf(LoadTable table) {
    OwnedTable found = owned.get(table);
    if (found == null) {
      throw new IllegalStateException("no table " + table);
    }
    return found;
  }

  private boolean isShared(OwnedTable table) {
    return table == owned.get(LoadTable.SYNC_SHARED);
  }

  // ---- reading ----

  /// Reads a row that nobody else writes: what is there is known.
  private void readOwn(Session session) {
    OwnedTable table = pick();
    if (isShared(table)) {
      readShared(session, table, Keys.drawShared(random));
      return;
    }
    long key = table.drawKey(random, number);
    if (isSubmitted(table, key)) {
      return;
    }
    Halves expected = table.rows().get(key);
    boolean found = table.get(session, key);
    if (found != (expected != null)) {
      wrong(table, key, found ? "a read finds a row that is deleted" : "a read finds no row");
    } else if (expected != null) {
      String problem = table.content().read(table.shape(), table.view());
      if (problem == null && !expected.equals(table.halvesRead())) {
        problem = "a read finds " + table.halvesRead() + " instead of " + expected;
      }
      if (problem != null) {
        wrong(table, key, problem);
      }
    }
  }

  /// Reads a row that another writer may be writing: it must be whole, and stay (CRASH-1).
  private void readOthers(Session session) {
    boolean numbers = random.nextBoolean();
    OwnedTable table = tableOf(numbers ? LoadTable.SYNC_LONG : LoadTable.SYNC_TEXT);
    readShared(session, table, Keys.drawAny(random));
  }

  private void readShared(Session session, OwnedTable table, long key) {
    if (table.get(session, key)) {
      RowView row = table.view();
      String problem = table.content().read(table.shape(), row);
      if (problem != null) {
        wrong(table, key, problem);
      } else {
        announcer.say(Message.SHOWN, table.incarnation(), key, table.content().version());
      }
    }
  }

  private void wrong(OwnedTable table, long key, String text) {
    announcer.wrong(Fault.WRONG_ANSWER, table.name() + " key " + key + ": " + text);
  }

  // ---- writing ----

  private void write(Session session) {
    OwnedTable table = pick();
    long key = isShared(table) ? Keys.drawShared(random) : table.drawKey(random, number);
    if (isSubmitted(table, key)) {
      awaitAll();
    }
    if (isShared(table)) {
      PlannedWrite.Kind kind =
          random.nextInt(4) == 0 ? PlannedWrite.Kind.DELETE : PlannedWrite.Kind.UPSERT;
      carryOut(session, table, plan(kind, key, null));
      return;
    }
    Halves before = table.rows().get(key);
    int draw = random.nextInt(100);
    if (draw < 4) {
      writeInVain(session, table, key, before);
    } else if (table.shape() == Shape.NUMBERED && (draw < 55 || table.rows().isEmpty())) {
      carryOut(session, table, plan(PlannedWrite.Kind.INSERT, PlannedWrite.NO_KEY, null));
    } else {
      carryOut(session, table, plan(kindFor(table, before, draw), key, before));
    }
  }

  private static PlannedWrite.Kind kindFor(OwnedTable table, @Nullable Halves before, int draw) {
    if (before == null) {
      return draw < 70 || table.shape() == Shape.NUMBERED
          ? PlannedWrite.Kind.UPSERT
          : PlannedWrite.Kind.INSERT;
    } else if (draw < 45) {
      return draw < 20 ? PlannedWrite.Kind.UPDATE_A : PlannedWrite.Kind.UPDATE_B;
    } else if (draw < 60) {
      return PlannedWrite.Kind.UPDATE;
    }
    return draw < 80 ? PlannedWrite.Kind.UPSERT : PlannedWrite.Kind.DELETE;
  }

  private PlannedWrite plan(PlannedWrite.Kind kind, long key, @Nullable Halves before) {
    return PlannedWrite.of(kind, key, before, load.nextVersion());
  }

  /// Announces a write and does it, now or later.
  private void carryOut(Session session, OwnedTable table, PlannedWrite write) {
    table.prepare(write);
    Durability asked = load.asked(table.durability());
    announcer.say(
        Message.BEGIN,
        write.version(),
        table.durability(),
        write.kind() == PlannedWrite.Kind.DELETE ? 1 : 0,
        table.incarnation(),
        write.isNumbered() ? Message.NUMBERED : write.key(),
        table.content().checksum());
    if (random.nextInt(8) == 0 && !write.isNumbered() && !isShared(table)) {
      submitted.add(new Submitted(table.submit(session, write, asked), table, write));
      if (submitted.size() > random.nextInt(MAX_SUBMITTED)) {
        awaitAll();
      }
      return;
    }
    boolean outcome = table.write(session, write, asked);
    if (write.isNumbered()) {
      long key = session.lastGeneratedKey();
      announcer.say(Message.ACK, write.version(), key);
      table.written(write.withKey(key));
    } else {
      finish(table, write, outcome);
    }
  }

  private void finish(OwnedTable table, PlannedWrite write, boolean outcome) {
    announcer.say(Message.ACK, write.version());
    if (isShared(table)) {
      return;
    }
    boolean expected = write.expectedOutcome(table.rows().get(write.key()));
    if (outcome != expected) {
      wrong(table, write.key(), write.kind() + " returned " + outcome);
    }
    table.written(write);
  }

  private void awaitAll() {
    for (Iterator<Submitted> each = submitted.iterator(); each.hasNext(); ) {
      Submitted next = each.next();
      each.remove();
      finish(next.table(), next.write(), next.completion().await());
    }
  }

  private boolean isSubmitted(OwnedTable table, long key) {
    return submitted.stream().anyMatch(each -> each.table() == table && each.write().key() == key);
  }

  /// A write that must have no effect, so it is not announced: what it would leave is a phantom.
  private void writeInVain(Session session, OwnedTable table, long key, @Nullable Halves before) {
    PlannedWrite.Kind kind =
        before != null
            ? PlannedWrite.Kind.INSERT
            : random.nextBoolean() ? PlannedWrite.Kind.UPDATE : PlannedWrite.Kind.DELETE;
    PlannedWrite write = plan(kind, key, null);
    table.prepare(write);
    try {
      if (table.write(session, write, table.durability())) {
        wrong(table, key, kind + " took effect; before: " + before);
      }
    } catch (DuplicateKeyException expected) {
      if (before == null) {
        wrong(table, key, expected.toString());
      }
    }
  }
}
