package org.basaltdb.core.store;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A model of the machine that `docs/concurrency.md` draws under *Pages on disk*, small enough to
/// visit every state: one partition of two pages, few slots, few log records, few checkpoints, and
/// every interleaving of writer, cleaner, loader, evictor, checkpointer and log.
///
/// A record changes one page; the value of a page is the number of the last record that changed it.
/// In every state that can be reached it must hold that
///
/// - what memory shows of a page, or its image if it is cold, is its last record;
/// - whichever of the two newest manifests the machine would find after a power cut, the slots it
///   names hold, durably, each page as it was at that manifest's cut, and the log is durable up to
///   there: then replaying the rest gives every acknowledged record.
final class PagesOnDisk {
  /// The rules, one of which can be left out.
  enum Rule {
    /// CLEAN-1: a write is settled only if the page has not changed since it was copied.
    UNCHANGED_WHEN_SETTLED,
    /// WORD-6: only clean pages are evicted.
    CLEAN_WHEN_EVICTED,
    /// SLOT-1: a retired slot waits until both manifests are later than its last cut.
    RETIRED_WAITS,
    /// SLOT-1, as it would be if one later manifest were enough.
    BOTH_MANIFESTS_LATER,
    /// SLOT-4: what a cut names is not born since.
    CUT_ENDS_BIRTHS,
    /// CUT-2: who changes a page that was dirty at the cut takes its image first.
    IMAGE_BEFORE_CHANGE,
    /// CUT-3: a page that is clean at the cut is named by the slot it has then.
    SLOT_AT_THE_CUT,
    /// CUT-4: images are synced before the manifest.
    SYNCED_BEFORE_PUBLISHED,
    /// CUT-4: the log is durable up to the cut before the manifest.
    LOG_BEFORE_PUBLISHED,
    /// IN FLIGHT is not FREE.
    IN_FLIGHT_HELD
  }

  private static final int PAGES = 2;
  private static final int SLOTS = 6;

  private static final int NONE = -1;

  private static final byte RESIDENT = 0;
  private static final byte COLD = 1;
  private static final byte LOADING = 2;

  private static final byte FREE = 0;
  private static final byte IN_FLIGHT = 1;
  private static final byte CURRENT = 2;
  private static final byte RETIRED = 3;

  // Where each field of a state is in its bytes.
  private static final int WORD = 0;
  private static final int FRAME = WORD + PAGES;
  private static final int DIRTY = FRAME + PAGES;
  private static final int CHANGES = DIRTY + PAGES;
  private static final int CUT_MARK = CHANGES + PAGES;
  private static final int MAP = CUT_MARK + PAGES;
  private static final int LAST = MAP + PAGES;
  private static final int SLOT_STATE = LAST + PAGES;
  private static final int SLOT_TAG = SLOT_STATE + SLOTS;
  private static final int SLOT_BORN = SLOT_TAG + SLOTS;
  private static final int VOLATILE = SLOT_BORN + SLOTS;
  private static final int DURABLE = VOLATILE + SLOTS;
  private static final int RECORDS = DURABLE + SLOTS;
  private static final int LOG_DURABLE = RECORDS + 1;
  private static final int CLEANER_PAGE = LOG_DURABLE + 1;
  private static final int CLEANER_SLOT = CLEANER_PAGE + 1;
  private static final int CLEANER_VALUE = CLEANER_SLOT + 1;
  private static final int CLEANER_CHANGES = CLEANER_VALUE + 1;
  private static final int CLEANER_WRITTEN = CLEANER_CHANGES + 1;
  private static final int RESERVE_PAGE = CLEANER_WRITTEN + 1;
  private static final int RESERVE_VALUE = RESERVE_PAGE + 1;
  private static final int RESERVE_SLOT = RESERVE_VALUE + 1;
  private static final int LAST_CUT = RESERVE_SLOT + 1;

  /// The checkpoint that is being made: its number (zero if none), cut, map, the pages at its cut.
  private static final int RUNNING = LAST_CUT + 1;

  private static final int CHECKPOINT_BYTES = 2 + 2 * PAGES;
  private static final int NEWEST = RUNNING + CHECKPOINT_BYTES;
  private static final int OLDER = NEWEST + CHECKPOINT_BYTES;
  private static final int STATE_BYTES = OLDER + CHECKPOINT_BYTES;

  // Within a checkpoint.
  private static final int NUMBER = 0;
  private static final int CUT = 1;
  private static final int NAMED = 2;
  private static final int AT_CUT = NAMED + PAGES;

  private final Set<Rule> dropped;
  private final int maxRecords;
  private final int maxCheckpoints;
  private final Set<State> seen = new HashSet<>();
  private final Deque<State> next = new ArrayDeque<>();

  private @Nullable String violation;

  /// @param dropped rules that are not kept
  PagesOnDisk(Set<Rule> dropped, int maxRecords, int maxCheckpoints) {
    this.dropped = dropped;
    this.maxRecords = maxRecords;
    this.maxCheckpoints = maxCheckpoints;
  }

  /// A state, as its bytes.
  private record State(byte[] bytes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof State that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /// How many states were visited.
  int stateCount() {
    return seen.size();
  }

  /// Visits every state.
  ///
  /// @return what does not hold in one of them, or null
  @Nullable String explore() {
    byte[] start = new byte[STATE_BYTES];
    Arrays.fill(start, WORD, WORD + PAGES, COLD);
    for (int page = 0; page < PAGES; page++) {
      // both pages are on disk and in the only checkpoint there is, of an empty log
      start[MAP + page] = (byte) page;
      start[SLOT_STATE + page] = CURRENT;
      start[NEWEST + NAMED + page] = (byte) page;
      start[OLDER + NAMED + page] = (byte) page;
    }
    start[CLEANER_PAGE] = NONE;
    start[RESERVE_PAGE] = NONE;
    start[RESERVE_SLOT] = NONE;
    start[NEWEST + NUMBER] = 1;
    start[OLDER + NUMBER] = 1;
    start[LAST_CUT] = 1;
    visit(start);
    while (violation == null && !next.isEmpty()) {
      steps(next.removeFirst().bytes());
    }
    return violation;
  }

  private boolean keeps(Rule rule) {
    return !dropped.contains(rule);
  }

  private void visit(byte[] s) {
    State state = new State(s);
    if (violation == null && seen.add(state)) {
      violation = faultOf(s);
      next.addLast(state);
    }
  }

  private void steps(byte[] s) {
    for (int page = 0; page < PAGES; page++) {
      change(s.clone(), page);
      copyForWrite(s.clone(), page);
      evict(s.clone(), page);
      beginLoad(s.clone(), page);
      publishLoad(s.clone(), page);
    }
    write(s.clone());
    settle(s.clone());
    takeReserveSlot(s.clone());
    settleReserve(s.clone());
    syncLog(s.clone());
    syncSlots(s.clone());
    cut(s.clone());
    publish(s.clone());
  }

  // ---- the writer

  private void change(byte[] s, int page) {
    if (s[WORD + page] != RESIDENT || s[RECORDS] == maxRecords) {
      return;
    }
    if (s[CUT_MARK + page] != 0 && keeps(Rule.IMAGE_BEFORE_CHANGE)) {
      if (s[RESERVE_PAGE] != NONE) {
        return; // the command steps aside
      }
      s[RESERVE_PAGE] = (byte) page;
      s[RESERVE_VALUE] = s[FRAME + page];
      s[CUT_MARK + page] = 0;
    }
    s[RECORDS]++;
    s[FRAME + page] = s[RECORDS];
    s[LAST + page] = s[RECORDS];
    s[DIRTY + page] = 1;
    s[CHANGES + page]++;
    visit(s);
  }

  // ---- the cleaner, which is the checkpointer's hand too

  private void copyForWrite(byte[] s, int page) {
    int slot = freeSlot(s);
    if (s[WORD + page] != RESIDENT
        || s[DIRTY + page] == 0
        || s[CLEANER_PAGE] != NONE
        || slot == NONE) {
      return;
    }
    s[SLOT_STATE + slot] = keeps(Rule.IN_FLIGHT_HELD) ? IN_FLIGHT : FREE;
    s[CLEANER_PAGE] = (byte) page;
    s[CLEANER_SLOT] = (byte) slot;
    s[CLEANER_VALUE] = s[FRAME + page];
    s[CLEANER_CHANGES] = s[CHANGES + page];
    s[CLEANER_WRITTEN] = 0;
    visit(s);
  }

  private void write(byte[] s) {
    if (s[CLEANER_PAGE] != NONE && s[CLEANER_WRITTEN] == 0) {
      s[VOLATILE + s[CLEANER_SLOT]] = s[CLEANER_VALUE];
      s[CLEANER_WRITTEN] = 1;
      visit(s);
    }
  }

  private void settle(byte[] s) {
    int page = s[CLEANER_PAGE];
    if (page == NONE || s[CLEANER_WRITTEN] == 0) {
      return;
    }
    int slot = s[CLEANER_SLOT];
    boolean unchanged =
        s[CHANGES + page] == s[CLEANER_CHANGES] || !keeps(Rule.UNCHANGED_WHEN_SETTLED);
    if (unchanged) {
      retire(s, s[MAP + page]);
      s[SLOT_STATE + slot] = CURRENT;
      s[MAP + page] = (byte) slot;
      s[DIRTY + page] = 0;
      s[SLOT_BORN + slot] = 1;
      if (s[CUT_MARK + page] != 0) {
        s[CUT_MARK + page] = 0;
        s[SLOT_BORN + slot] = 0;
        s[RUNNING + NAMED + page] = (byte) slot;
      }
    } else {
      s[SLOT_STATE + slot] = FREE;
    }
    s[CLEANER_PAGE] = NONE;
    s[CLEANER_SLOT] = 0;
    s[CLEANER_VALUE] = 0;
    s[CLEANER_CHANGES] = 0;
    s[CLEANER_WRITTEN] = 0;
    visit(s);
  }

  // ---- the copy reserve

  private void takeReserveSlot(byte[] s) {
    int slot = freeSlot(s);
    if (s[RESERVE_PAGE] != NONE && s[RESERVE_SLOT] == NONE && slot != NONE) {
      s[SLOT_STATE + slot] = IN_FLIGHT;
      s[RESERVE_SLOT] = (byte) slot;
      visit(s);
    }
  }

  private void settleReserve(byte[] s) {
    int slot = s[RESERVE_SLOT];
    if (slot == NONE) {
      return;
    }
    s[VOLATILE + slot] = s[RESERVE_VALUE];
    s[RUNNING + NAMED + s[RESERVE_PAGE]] = (byte) slot;
    s[SLOT_STATE + slot] = CURRENT;
    retire(s, slot);
    s[RESERVE_PAGE] = NONE;
    s[RESERVE_VALUE] = 0;
    s[RESERVE_SLOT] = NONE;
    visit(s);
  }

  // ---- slots

  private static int freeSlot(byte[] s) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (s[SLOT_STATE + slot] == FREE) {
        return slot;
      }
    }
    return NONE;
  }

  private void retire(byte[] s, int slot) {
    if (s[SLOT_BORN + slot] != 0 || !keeps(Rule.RETIRED_WAITS)) {
      s[SLOT_BORN + slot] = 0;
      s[SLOT_STATE + slot] = FREE;
    } else {
      s[SLOT_STATE + slot] = RETIRED;
      s[SLOT_TAG + slot] = s[LAST_CUT];
    }
  }

  // ---- memory

  private void evict(byte[] s, int page) {
    if (s[WORD + page] == RESIDENT && (s[DIRTY + page] == 0 || !keeps(Rule.CLEAN_WHEN_EVICTED))) {
      s[WORD + page] = COLD;
      s[FRAME + page] = 0;
      s[DIRTY + page] = 0;
      visit(s);
    }
  }

  private void beginLoad(byte[] s, int page) {
    if (s[WORD + page] == COLD) {
      s[WORD + page] = LOADING;
      s[FRAME + page] = s[VOLATILE + s[MAP + page]];
      visit(s);
    }
  }

  private void publishLoad(byte[] s, int page) {
    if (s[WORD + page] == LOADING) {
      s[WORD + page] = RESIDENT;
      visit(s);
    }
  }

  // ---- durability

  private void syncLog(byte[] s) {
    if (s[LOG_DURABLE] != s[RECORDS]) {
      s[LOG_DURABLE] = s[RECORDS];
      visit(s);
    }
  }

  private void syncSlots(byte[] s) {
    for (int slot = 0; slot < SLOTS; slot++) {
      s[DURABLE + slot] = s[VOLATILE + slot];
    }
    visit(s);
  }

  private void cut(byte[] s) {
    if (s[RUNNING + NUMBER] != 0 || s[LAST_CUT] == maxCheckpoints) {
      return;
    }
    s[LAST_CUT]++;
    s[RUNNING + NUMBER] = s[LAST_CUT];
    s[RUNNING + CUT] = s[RECORDS];
    for (int page = 0; page < PAGES; page++) {
      s[CUT_MARK + page] = s[DIRTY + page];
      s[RUNNING + NAMED + page] = s[DIRTY + page] != 0 ? NONE : s[MAP + page];
      s[RUNNING + AT_CUT + page] = s[LAST + page];
    }
    if (keeps(Rule.CUT_ENDS_BIRTHS)) {
      Arrays.fill(s, SLOT_BORN, SLOT_BORN + SLOTS, (byte) 0);
    }
    visit(s);
  }

  private void publish(byte[] s) {
    if (s[RUNNING + NUMBER] == 0
        || s[RESERVE_PAGE] != NONE
        || (s[LOG_DURABLE] < s[RUNNING + CUT] && keeps(Rule.LOG_BEFORE_PUBLISHED))) {
      return;
    }
    for (int page = 0; page < PAGES; page++) {
      if (!keeps(Rule.SLOT_AT_THE_CUT) && s[CUT_MARK + page] == 0) {
        s[RUNNING + NAMED + page] = s[MAP + page];
      }
      if (!keeps(Rule.IMAGE_BEFORE_CHANGE) && s[RUNNING + NAMED + page] == NONE) {
        s[RUNNING + NAMED + page] = s[MAP + page];
        s[CUT_MARK + page] = 0;
      }
      int named = s[RUNNING + NAMED + page];
      if (named == NONE
          || s[CUT_MARK + page] != 0
          || (s[DURABLE + named] != s[VOLATILE + named] && keeps(Rule.SYNCED_BEFORE_PUBLISHED))) {
        return;
      }
    }
    System.arraycopy(s, NEWEST, s, OLDER, CHECKPOINT_BYTES);
    System.arraycopy(s, RUNNING, s, NEWEST, CHECKPOINT_BYTES);
    Arrays.fill(s, RUNNING, RUNNING + CHECKPOINT_BYTES, (byte) 0);
    int oldest = keeps(Rule.BOTH_MANIFESTS_LATER) ? s[OLDER + NUMBER] : s[NEWEST + NUMBER];
    for (int slot = 0; slot < SLOTS; slot++) {
      if (s[SLOT_STATE + slot] == RETIRED && s[SLOT_TAG + slot] < oldest) {
        s[SLOT_STATE + slot] = FREE;
        s[SLOT_TAG + slot] = 0;
      }
    }
    visit(s);
  }

  // ---- what must hold

  private static @Nullable String faultOf(byte[] s) {
    for (int page = 0; page < PAGES; page++) {
      int shown = s[WORD + page] == COLD ? s[VOLATILE + s[MAP + page]] : s[FRAME + page];
      if (shown != s[LAST + page]) {
        return "page " + page + " shows record " + shown + "; expected " + s[LAST + page];
      }
    }
    String newest = faultAfterPowerCut(s, NEWEST);
    return newest != null ? newest : faultAfterPowerCut(s, OLDER);
  }

  private static @Nullable String faultAfterPowerCut(byte[] s, int manifest) {
    String which = "checkpoint " + s[manifest + NUMBER];
    if (s[LOG_DURABLE] < s[manifest + CUT]) {
      return which + " is cut at record " + s[manifest + CUT] + ", which the log may lose";
    }
    for (int page = 0; page < PAGES; page++) {
      int slot = s[manifest + NAMED + page];
      int expected = s[manifest + AT_CUT + page];
      if (s[DURABLE + slot] != expected || s[VOLATILE + slot] != expected) {
        return which
            + " names slot "
            + slot
            + " for page "
            + page
            + ", which holds record "
            + s[DURABLE + slot]
            + " durably and "
            + s[VOLATILE + slot]
            + " now; expected "
            + expected;
      }
    }
    return null;
  }
}
