package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.basaltdb.stress.crash.History.Verdict;
import org.jspecify.annotations.Nullable;

/// All that the judge knows about one database: what was found when it was opened last, and what
/// was begun and acknowledged since. For any thread.
final class Ledger {
  private final Faults faults;
  private long place;
  private final Map<String, History> tables = new HashMap<>();
  private final Map<Long, Map<Long, History>> rowsByIncarnation = new HashMap<>();
  private final Map<Long, Operation> operationsByVersion = new HashMap<>();

  /// Operations on rows whose numbers are not known yet, with the incarnations of their tables.
  private final Map<Operation, Long> unnumbered = new HashMap<>();

  private int acknowledgedCount;

  /// A ledger of an empty database.
  Ledger(Faults faults) {
    this.faults = faults;
  }

  /// Enters an announced operation on a row.
  ///
  /// @param key null if the engine is going to number the row
  synchronized void begin(Operation operation, long incarnation, @Nullable Long key) {
    operationsByVersion.put(operation.version(), operation);
    if (key == null) {
      unnumbered.put(operation, incarnation);
    } else {
      row(incarnation, key).add(operation);
    }
  }

  /// Enters an announced creation or drop.
  synchronized void beginTable(Operation operation, String name) {
    operationsByVersion.put(operation.version(), operation);
    tables.computeIfAbsent(name, _ -> neverThere()).add(operation);
  }

  /// The place of the next message; announcements carry it.
  synchronized long nextPlace() {
    return ++place;
  }

  /// Enters that an operation took effect.
  ///
  /// @param number the key that the engine gave the row, or null
  synchronized void acknowledge(long version, @Nullable Long number, long nanos) {
    Operation operation = known(version);
    operation.acknowledge(nextPlace(), nanos);
    acknowledgedCount++;
    if (number != null) {
      Long incarnation = unnumbered.remove(operation);
      if (incarnation == null) {
        throw new IllegalStateException("acknowledged with a number twice: " + operation);
      }
      Map<Long, History> rows = rows(incarnation);
      if (rows.containsKey(number)) {
        faults.add(
            Fault.REUSED_NUMBER, number + " given to " + operation + "; " + rows.get(number));
      }
      row(incarnation, number).add(operation);
    }
  }

  /// Enters that a reader got a row.
  synchronized void show(long incarnation, long key, long version, long nanos) {
    Operation operation = row(incarnation, key).leaving(version);
    if (operation == null) {
      faults.add(
          Fault.WRONG_ANSWER,
          "a reader got version " + version + " of key " + key + "; " + row(incarnation, key));
    } else {
      operation.show(nextPlace(), nanos);
    }
  }

  private Operation known(long version) {
    Operation operation = operationsByVersion.get(version);
    if (operation == null) {
      throw new IllegalStateException("acknowledged but never begun: version " + version);
    }
    return operation;
  }

  private Map<Long, History> rows(long incarnation) {
    return rowsByIncarnation.computeIfAbsent(incarnation, _ -> new HashMap<>());
  }

  private History row(long incarnation, long key) {
    return rows(incarnation).computeIfAbsent(key, _ -> neverThere());
  }

  private static History neverThere() {
    return new History(Operation.found(Operation.ABSENT, 0, 0));
  }

  /// Operations acknowledged since the last call of [#settle].
  synchronized int acknowledgedCount() {
    return acknowledgedCount;
  }

  /// Operations begun and not acknowledged since the last call of [#settle].
  synchronized int openCount() {
    return (int)
        operationsByVersion.values().stream()
            .filter(operation -> !operation.acknowledged())
            .count();
  }

  /// Compares what was found with what must and can be there.
  ///
  /// @param agedNanos operations with INTERVAL acknowledged no later than this must be there
  /// @param orderly whether the database was closed, so that all that was acknowledged must be
  ///   there
  synchronized void judge(Dump dump, long agedNanos, boolean orderly) {
    nameUnnumbered(dump);
    long promisedBegin = lastBegin(operation -> operation.promised(agedNanos));
    Predicate<Operation> certain =
        operation ->
            operation.promised(agedNanos)
                || operation.endedBefore(promisedBegin)
                || (orderly && operation.acknowledged());
    Set<Long> survivors = dump.versions();
    long survivedBegin =
        Math.max(promisedBegin, lastBegin(operation -> survivors.contains(operation.version())));
    Predicate<Operation> precedesSurvivor =
        operation -> certain.test(operation) || operation.endedBefore(survivedBegin);

    List<String> names = new ArrayList<>(tables.keySet());
    dump.tables().keySet().stream().filter(name -> !tables.containsKey(name)).forEach(names::add);
    for (String name : names) {
      judgeTable(name, dump.find(name), certain, precedesSurvivor);
    }
  }

  /// Rows that were found under a number the subject did not live to report.
  private void nameUnnumbered(Dump dump) {
    Map<Long, Map.Entry<Long, Long>> placesByVersion = new HashMap<>();
    for (Dump.FoundTable table : dump.tables().values()) {
      table
          .rows()
          .forEach((key, row) ->
              placesByVersion.put(row.version(), Map.entry(table.incarnation(), key)));
    }
    unnumbered.forEach((operation, incarnation) -> {
      Map.Entry<Long, Long> found = placesByVersion.get(operation.version());
      if (found != null && found.getKey().equals(incarnation)) {
        row(incarnation, found.getValue()).add(operation);
      }
    });
    unnumbered.clear();
  }

  private long lastBegin(Predicate<Operation> which) {
    return operationsByVersion.values().stream()
        .filter(which)
        .mapToLong(Operation::beginPlace)
        .max()
        .orElse(0);
  }

  private void judgeTable(
      String name,
      Dump.@Nullable FoundTable found,
      Predicate<Operation> certain,
      Predicate<Operation> precedesSurvivor) {
    History history = tables.computeIfAbsent(name, _ -> neverThere());
    long state = found == null ? Operation.ABSENT : found.incarnation();
    Verdict verdict = history.judge(state, 0, certain);
    if (verdict != Verdict.POSSIBLE) {
      Fault fault = verdict == Verdict.MISSING ? Fault.LOST_TABLE : Fault.PHANTOM_TABLE;
      faults.add(fault, name + " found as " + state + "; " + history);
    }
    if (found == null) {
      return;
    }
    Map<Long, History> rows = rows(found.incarnation());
    rows.forEach(
        (key, row) -> judgeRow(name, key, row, found.rows().get(key), certain, precedesSurvivor));
    found
        .rows()
        .forEach((key, row) -> {
          if (!rows.containsKey(key)) {
            faults.add(Fault.PHANTOM_ROW, name + " key " + key + ": " + row + ", never begun");
          }
        });
  }

  private void judgeRow(
      String table,
      long key,
      History history,
      Dump.@Nullable Row found,
      Predicate<Operation> certain,
      Predicate<Operation> precedesSurvivor) {
    long state = found == null ? Operation.ABSENT : found.version();
    int checksum = found == null ? 0 : found.checksum();
    Fault fault =
        switch (history.judge(state, checksum, certain)) {
          case POSSIBLE ->
              history.judge(state, checksum, precedesSurvivor) == Verdict.POSSIBLE
                  ? null
                  : Fault.GAP;
          case MISSING -> Fault.LOST_ROW;
          case REPLACED -> Fault.STALE_ROW;
          case MIXED -> Fault.HALF_ROW;
          case RETURNED, UNKNOWN -> Fault.PHANTOM_ROW;
        };
    if (fault != null) {
      faults.add(fault, table + " key " + key + " found in state " + state + "; " + history);
    }
  }

  /// Starts anew from what was found.
  synchronized void settle(Dump dump) {
    tables.clear();
    rowsByIncarnation.clear();
    operationsByVersion.clear();
    unnumbered.clear();
    acknowledgedCount = 0;
    long now = nextPlace();
    dump.tables()
        .forEach((name, table) -> {
          tables.put(name, new History(Operation.found(table.incarnation(), 0, now)));
          Map<Long, History> rows = rows(table.incarnation());
          table
              .rows()
              .forEach((key, row) ->
                  rows.put(key, new History(Operation.found(row.version(), row.checksum(), now))));
        });
  }
}
