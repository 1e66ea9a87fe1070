package org.basaltdb.stress.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The judge finds what it is there to find, and nothing else.
class LedgerTest {
  private static final long TABLE = 1;
  private static final long KEY = 7;
  private static final String NAME = "rows";

  private final Faults faults = new Faults();
  private final Ledger ledger = new Ledger(faults);

  @BeforeEach
  void aTable() {
    ledger.beginTable(new Operation(TABLE, false, 0, Durability.SYNC, ledger.nextPlace()), NAME);
    ledger.acknowledge(TABLE, null, 0);
  }

  private void begin(long version, Durability durability) {
    begin(version, KEY, durability);
  }

  private void begin(long version, long key, Durability durability) {
    ledger.begin(
        new Operation(version, false, checksumOf(version), durability, ledger.nextPlace()),
        TABLE,
        key);
  }

  private void beginDelete(long version, Durability durability) {
    ledger.begin(new Operation(version, true, 0, durability, ledger.nextPlace()), TABLE, KEY);
  }

  private void acknowledge(long version) {
    ledger.acknowledge(version, null, 1_000);
  }

  private static int checksumOf(long version) {
    return (int) version * 3;
  }

  private static Dump found(Map<Long, Long> versionsByKey) {
    Dump dump = new Dump();
    Dump.FoundTable table = dump.table(NAME, TABLE);
    versionsByKey.forEach(
        (key, version) -> table.rows().put(key, new Dump.Row(version, checksumOf(version))));
    return dump;
  }

  /// The faults if the version is found at the key, or nothing if it is 0.
  private Map<Fault, Integer> judge(long version) {
    return judge(version == 0 ? found(Map.of()) : found(Map.of(KEY, version)), 0, false);
  }

  private Map<Fault, Integer> judge(Dump dump, long agedNanos, boolean orderly) {
    Map<Fault, Integer> before = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      before.put(fault, faults.count(fault));
    }
    ledger.judge(dump, agedNanos, orderly);
    Map<Fault, Integer> found = new EnumMap<>(Fault.class);
    before.forEach((fault, count) -> {
      if (faults.count(fault) > count) {
        found.put(fault, faults.count(fault) - count);
      }
    });
    return found;
  }

  @Test
  void anAcknowledgedRowMustBeThereOrHaveBeenReplacedByOneThatBeganLater() {
    begin(10, Durability.SYNC);
    acknowledge(10);
    assertThat(judge(10)).isEmpty();
    assertThat(judge(0)).containsOnlyKeys(Fault.LOST_ROW);

    begin(11, Durability.SYNC);
    assertThat(judge(10)).isEmpty();
    assertThat(judge(11)).isEmpty();

    acknowledge(11);
    assertThat(judge(11)).isEmpty();
    assertThat(judge(10)).containsOnlyKeys(Fault.STALE_ROW);
    assertThat(judge(0)).containsOnlyKeys(Fault.LOST_ROW);
  }

  @Test
  void aDeletedRowMustStayAway() {
    begin(10, Durability.SYNC);
    acknowledge(10);
    beginDelete(11, Durability.SYNC);
    assertThat(judge(10)).isEmpty();
    assertThat(judge(0)).isEmpty();

    acknowledge(11);
    assertThat(judge(0)).isEmpty();
    assertThat(judge(10)).containsOnlyKeys(Fault.PHANTOM_ROW);
  }

  @Test
  void aRowThatNobodyBeganIsAPhantom() {
    assertThat(judge(99)).containsOnlyKeys(Fault.PHANTOM_ROW);
    begin(10, Durability.SYNC);
    assertThat(judge(99)).containsOnlyKeys(Fault.PHANTOM_ROW);
  }

  @Test
  void aRowWithTheContentOfNoOperationIsMixed() {
    begin(10, Durability.SYNC);
    acknowledge(10);
    Dump dump = found(Map.of());
    dump.table(NAME, TABLE).rows().put(KEY, new Dump.Row(10, checksumOf(10) + 1));
    assertThat(judge(dump, 0, false)).containsOnlyKeys(Fault.HALF_ROW);
  }

  @Test
  void anIntervalCountsOnceItIsOver() {
    begin(10, Durability.INTERVAL);
    acknowledge(10);
    assertThat(judge(found(Map.of()), 999, false)).isEmpty();
    assertThat(judge(found(Map.of()), 1_000, false)).containsOnlyKeys(Fault.LOST_ROW);
  }

  @Test
  void whatIsPromisedNothingMayBeLostUnlessTheDatabaseWasClosed() {
    begin(10, Durability.NONE);
    acknowledge(10);
    assertThat(judge(0)).isEmpty();
    assertThat(judge(found(Map.of()), 0, true)).containsOnlyKeys(Fault.LOST_ROW);
  }

  @Test
  void whatIsPromisedNothingIsThereIfASyncBeganAfterIt() {
    begin(10, Durability.NONE);
    acknowledge(10);
    begin(11, KEY + 1, Durability.SYNC);
    acknowledge(11);
    assertThat(judge(found(Map.of(KEY + 1, 11L)), 0, false)).containsOnlyKeys(Fault.LOST_ROW);
    assertThat(judge(found(Map.of(KEY, 10L, KEY + 1, 11L)), 0, false)).isEmpty();
  }

  @Test
  void whatSurvivesLeavesNoGapBefore() {
    begin(10, Durability.NONE);
    acknowledge(10);
    begin(11, KEY + 1, Durability.NONE);
    assertThat(judge(found(Map.of(KEY + 1, 11L)), 0, false)).containsOnlyKeys(Fault.GAP);
    assertThat(judge(found(Map.of(KEY, 10L)), 0, false)).isEmpty();
  }

  @Test
  void operationsThatOverlapCanEndInAnyOrder() {
    begin(10, Durability.SYNC);
    begin(11, Durability.SYNC);
    acknowledge(11);
    acknowledge(10);
    assertThat(judge(10)).isEmpty();
    assertThat(judge(11)).isEmpty();
    assertThat(judge(0)).containsOnlyKeys(Fault.LOST_ROW);
  }

  @Test
  void aRowThatWasShownMustBeThere() {
    begin(10, Durability.SYNC);
    ledger.show(TABLE, KEY, 10, 5);
    assertThat(judge(0)).containsOnlyKeys(Fault.LOST_ROW);
    ledger.show(TABLE, KEY, 99, 5);
    assertThat(faults.count(Fault.WRONG_ANSWER)).isEqualTo(1);
  }

  @Test
  void tablesComeAndGoAsAcknowledged() {
    assertThat(judge(new Dump(), 0, false)).containsOnlyKeys(Fault.LOST_TABLE);

    ledger.beginTable(new Operation(20, true, 0, Durability.SYNC, ledger.nextPlace()), NAME);
    assertThat(judge(new Dump(), 0, false)).isEmpty();
    assertThat(judge(found(Map.of()), 0, false)).isEmpty();

    ledger.acknowledge(20, null, 0);
    assertThat(judge(new Dump(), 0, false)).isEmpty();
    assertThat(judge(found(Map.of()), 0, false)).containsOnlyKeys(Fault.PHANTOM_TABLE);
  }

  @Test
  void rowsOfADroppedTableStayAway() {
    begin(10, Durability.SYNC);
    acknowledge(10);
    ledger.beginTable(new Operation(20, true, 0, Durability.SYNC, ledger.nextPlace()), NAME);
    ledger.acknowledge(20, null, 0);
    ledger.beginTable(new Operation(21, false, 0, Durability.SYNC, ledger.nextPlace()), NAME);
    ledger.acknowledge(21, null, 0);

    Dump dump = new Dump();
    Dump.FoundTable again = dump.table(NAME, 21);
    assertThat(judge(dump, 0, false)).isEmpty();
    again.rows().put(KEY, new Dump.Row(10, checksumOf(10)));
    assertThat(judge(dump, 0, false)).containsOnlyKeys(Fault.PHANTOM_ROW);
  }

  @Test
  void aNumberIsGivenOnce() {
    for (long version : List.of(10L, 11L)) {
      ledger.begin(
          new Operation(version, false, 0, Durability.SYNC, ledger.nextPlace()), TABLE, null);
    }
    ledger.acknowledge(10, 1L, 0);
    assertThat(faults.count()).isZero();
    ledger.acknowledge(11, 1L, 0);
    assertThat(faults.count(Fault.REUSED_NUMBER)).isEqualTo(1);
  }

  @Test
  void aRowNumberedButNotAcknowledgedIsKnownByItsVersion() {
    ledger.begin(
        new Operation(10, false, checksumOf(10), Durability.SYNC, ledger.nextPlace()), TABLE, null);
    assertThat(judge(found(Map.of(5L, 10L)), 0, false)).isEmpty();
  }

  @Test
  void whatWasFoundIsTheNewBeginning() {
    begin(10, Durability.SYNC);
    ledger.settle(found(Map.of(KEY, 10L)));
    assertThat(judge(10)).isEmpty();
    assertThat(judge(0)).containsOnlyKeys(Fault.LOST_ROW);
  }
}
