package org.basaltdb.core.store;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A model of the machine that `docs/concurrency.md` draws under *Pages on disk*, small enough to
/// visit every state: one partition of two pages, few slots, few log records, few checkpoints, a
/// reader that holds no token, and every interleaving of it with commands, clock, cleaners,
/// checkpointer and log.
///
/// A record changes one page; the value of a page is the number of the last record that changed it.
/// Versions never repeat (WORD-3), so of the word that a reader has seen nothing counts but whether
/// any step was made of it since. In every state that can be reached it must hold that
///
/// - what memory shows of a page, or its image if it is cold, is its last record, and so is what a
///   reader believes of a page that it found cold;
/// - whichever of the two newest manifests the machine would find after a power cut, the slots it
///   names hold, durably, each page as it was at that manifest's cut, and the log is durable up to
///   there: then replaying the rest gives every acknowledged record.
final class PagesOnDisk {
  /// The rules, one of which can be left out.
  enum Rule {
    /// CLEAN-1: a page that changes while its copy is written is dirty again.
    DIRTY_AGAIN,
    /// CLEAN-1: a page that is allocated is dirty, also if a copy of its former life is written.
    ALLOCATED_IS_DIRTY,
    /// POOLED-1: only pages that are not dirty are evicted.
    CLEAN_WHEN_EVICTED,
    /// POOLED-1: only pages that are not being written are evicted.
    WRITTEN_WHEN_EVICTED,
    /// WORD-2: a touch changes the word that it has seen, or nothing.
    TOUCH_COMPARES,
    /// COLD-1: the word is looked at again after the image was looked up.
    IMAGE_CONFIRMED,
    /// COLD-1: the word is looked at again after the image was read.
    READ_CONFIRMED,
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
    IN_FLIGHT_HELD,
    /// CLEAN-4: a page has one write in flight.
    ONE_WRITE_IN_FLIGHT,
    /// CLEAN-4: what is in flight is settled before the next cut, for who cuts is who writes.
    SETTLED_BEFORE_CUT,
    /// CUT-2: a page that was dirty at the cut is not freed before its image was taken.
    CUT_PAGES_NOT_FREED
  }

  /// How much of the machine is explored.
  ///
  /// @param records that are written, at most
  /// @param checkpoints the highest number of one
  /// @param writers that have a page in flight at the same time
  /// @param frees whether pages are freed and allocated again
  /// @param reads whether there is a reader
  record Bounds(int records, int checkpoints, int writers, boolean frees, boolean reads) {}

  private static final int PAGES = 2;
  private static final int SLOTS = 6;

  private static final int NONE = -1;

  // The state in the word of a page.
  private static final byte UNUSED = 0;
  private static final byte RESIDENT = 1;
  private static final byte MARKED = 2;
  private static final byte COLD = 3;

  // How far the reader is.
  private static final byte IDLE = 0;
  private static final byte SAW_MARKED = 1;

  /// C1 is done.
  private static final byte SAW_COLD = 2;

  /// C2 is done.
  private static final byte HAS_SLOT = 3;

  /// C3 is done.
  private static final byte READING = 4;

  /// C4 is done.
  private static final byte HAS_READ = 5;

  private static final byte FREE = 0;
  private static final byte IN_FLIGHT = 1;
  private static final byte CURRENT = 2;
  private static final byte RETIRED = 3;

  // Where each field of a state is in its bytes.
  private static final int WORD = 0;
  private static final int FRAME = WORD + PAGES;
  private static final int DIRTY = FRAME + PAGES;
  private static final int CUT_MARK = DIRTY + PAGES;
  private static final int MAP = CUT_MARK + PAGES;
  private static final int LAST = MAP + PAGES;
  private static final int SLOT_STATE = LAST + PAGES;
  private static final int SLOT_TAG = SLOT_STATE + SLOTS;
  private static final int SLOT_BORN = SLOT_TAG + SLOTS;
  private static final int VOLATILE = SLOT_BORN + SLOTS;
  private static final int DURABLE = VOLATILE + SLOTS;
  private static final int RECORDS = DURABLE + SLOTS;
  private static final int LOG_DURABLE = RECORDS + 1;
  private static final int READER = LOG_DURABLE + 1;
  private static final int READER_BYTES = 5;
  private static final int WRITERS = READER + READER_BYTES;
  private static final int MAX_WRITERS = 2;
  private static final int WRITER_BYTES = 5;
  private static final int RESERVE_PAGE = WRITERS + MAX_WRITERS * WRITER_BYTES;
  private static final int RESERVE_VALUE = RESERVE_PAGE + 1;
  private static final int RESERVE_SLOT = RESERVE_VALUE + 1;
  private static final int LAST_CUT = RESERVE_SLOT + 1;

  /// The checkpoint that is being made: its number (zero if none), cut, map, the pages at its cut.
  private static final int RUNNING = LAST_CUT + 1;

  private static final int CHECKPOINT_BYTES = 2 + 2 * PAGES;
  private static final int NEWEST = RUNNING + CHECKPOINT_BYTES;
  private static final int OLDER = NEWEST + CHECKPOINT_BYTES;
  private static final int STATE_BYTES = OLDER + CHECKPOINT_BYTES;

  // Within a writer, and within the reader.
  private static final int PAGE = 0;
  private static final int SLOT = 1;
  private static final int VALUE = 2;

  // Within a writer: whether the running checkpoint wants the image, and whether it is written.
  private static final int FOR_CUT = 3;
  private static final int WRITTEN = 4;

  // Within the reader: how far it is, and whether the page's word is another since it was seen.
  private static final int PHASE = 3;
  private static final int CHANGED = 4;

  // Within a checkpoint.
  private static final int NUMBER = 0;
  private static final int CUT = 1;
  private static final int NAMED = 2;
  private static final int AT_CUT = NAMED + PAGES;

  private final Set<Rule> dropped;
  private final Bounds bounds;

  /// The states seen, each as its bytes.
  private final Set<ByteBuffer> seen = new HashSet<>();

  private final Deque<byte[]> next = new ArrayDeque<>();

  private @Nullable String violation;

  /// @param dropped rules that are not kept
  PagesOnDisk(Set<Rule> dropped, Bounds bounds) {
    this.dropped = dropped;
    this.bounds = bounds;
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
    for (int writer = 0; writer < MAX_WRITERS; writer++) {
      start[writer(writer) + PAGE] = NONE;
    }
    start[RESERVE_PAGE] = NONE;
    start[RESERVE_SLOT] = NONE;
    start[NEWEST + NUMBER] = 1;
    start[OLDER + NUMBER] = 1;
    start[LAST_CUT] = 1;
    visit(start);
    while (violation == null && !next.isEmpty()) {
      steps(next.removeFirst());
    }
    return violation;
  }

  private boolean keeps(Rule rule) {
    return !dropped.contains(rule);
  }

  private void visit(byte[] s) {
    if (violation == null && seen.add(ByteBuffer.wrap(s))) {
      violation = faultOf(s);
      next.addLast(s);
    }
  }

  private void steps(byte[] s) {
    for (int page = 0; page < PAGES; page++) {
      change(s.clone(), page);
      free(s.clone(), page);
      allocate(s.clone(), page);
      mark(s.clone(), page);
      evict(s.clone(), page);
      fetch(s.clone(), page);
      if (bounds.reads()) {
        look(s.clone(), page);
      }
    }
    read(s);
    for (int writer = 0; writer < bounds.writers(); writer++) {
      for (int page = 0; page < PAGES; page++) {
        copyForWrite(s.clone(), writer(writer), page);
      }
      write(s.clone(), writer(writer));
      settle(s.clone(), writer(writer));
    }
    takeReserveSlot(s.clone());
    settleReserve(s.clone());
    syncLog(s.clone());
    syncSlots(s.clone());
    cut(s.clone());
    publish(s.clone());
  }

  private static int writer(int number) {
    return WRITERS + number * WRITER_BYTES;
  }

  // ---- the holder of the token

  /// Every step of a word, each of which raises its version.
  private static void word(byte[] s, int page, byte state) {
    s[WORD + page] = state;
    if (s[READER + PHASE] != IDLE && s[READER + PAGE] == page) {
      s[READER + CHANGED] = 1;
    }
  }

  private static boolean isInMemory(byte[] s, int page) {
    return s[WORD + page] == RESIDENT || s[WORD + page] == MARKED;
  }

  private void change(byte[] s, int page) {
    if (!isInMemory(s, page) || s[RECORDS] == bounds.records()) {
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
    word(s, page, RESIDENT);
    putRecord(s, page);
    if (!isInFlight(s, page) || keeps(Rule.DIRTY_AGAIN)) {
      s[DIRTY + page] = 1;
    }
    visit(s);
  }

  private static void putRecord(byte[] s, int page) {
    s[RECORDS]++;
    s[FRAME + page] = s[RECORDS];
    s[LAST + page] = s[RECORDS];
  }

  private void free(byte[] s, int page) {
    if (!bounds.frees()
        || s[WORD + page] == UNUSED
        || (s[CUT_MARK + page] != 0 && keeps(Rule.CUT_PAGES_NOT_FREED))) {
      return;
    }
    if (s[MAP + page] != NONE) {
      retire(s, s[MAP + page]);
    }
    s[MAP + page] = NONE;
    word(s, page, UNUSED);
    s[FRAME + page] = 0;
    s[DIRTY + page] = 0;
    s[CUT_MARK + page] = 0;
    s[LAST + page] = NONE;
    visit(s);
  }

  private void allocate(byte[] s, int page) {
    if (s[WORD + page] == UNUSED && s[RECORDS] < bounds.records()) {
      word(s, page, RESIDENT);
      putRecord(s, page);
      s[DIRTY + page] = (byte) (keeps(Rule.ALLOCATED_IS_DIRTY) ? 1 : 0);
      visit(s);
    }
  }

  private void mark(byte[] s, int page) {
    if (s[WORD + page] == RESIDENT && mayLeave(s, page)) {
      word(s, page, MARKED);
      visit(s);
    }
  }

  private void evict(byte[] s, int page) {
    if (s[WORD + page] == MARKED && mayLeave(s, page)) {
      word(s, page, COLD);
      s[FRAME + page] = 0;
      s[DIRTY + page] = 0;
      visit(s);
    }
  }

  /// Brings a page in for a command: a read by another thread, of which nothing comes in between.
  private void fetch(byte[] s, int page) {
    if (s[WORD + page] == COLD) {
      word(s, page, RESIDENT);
      s[FRAME + page] = s[VOLATILE + s[MAP + page]];
      visit(s);
    }
  }

  private boolean mayLeave(byte[] s, int page) {
    return (s[DIRTY + page] == 0 || !keeps(Rule.CLEAN_WHEN_EVICTED))
        && (!isInFlight(s, page) || !keeps(Rule.WRITTEN_WHEN_EVICTED));
  }

  // ---- a reader, which holds no token

  private void look(byte[] s, int page) {
    if (s[READER + PHASE] == IDLE && (s[WORD + page] == MARKED || s[WORD + page] == COLD)) {
      s[READER + PHASE] = s[WORD + page] == MARKED ? SAW_MARKED : SAW_COLD;
      s[READER + PAGE] = (byte) page;
      visit(s);
    }
  }

  private void read(byte[] s) {
    switch (s[READER + PHASE]) {
      case SAW_MARKED -> touch(s.clone());
      case SAW_COLD -> lookUpImage(s.clone());
      case HAS_SLOT -> confirmImage(s.clone());
      case READING -> readSlot(s.clone());
      case HAS_READ -> {
        use(s.clone(), false);
        use(s.clone(), true);
      }
      default -> {}
    }
  }

  private void touch(byte[] s) {
    if (s[READER + CHANGED] == 0 || !keeps(Rule.TOUCH_COMPARES)) {
      word(s, s[READER + PAGE], RESIDENT);
    }
    endRead(s);
  }

  private void lookUpImage(byte[] s) {
    s[READER + SLOT] = s[MAP + s[READER + PAGE]];
    s[READER + PHASE] = HAS_SLOT;
    visit(s);
  }

  private void confirmImage(byte[] s) {
    if (s[READER + CHANGED] != 0 && keeps(Rule.IMAGE_CONFIRMED)) {
      endRead(s);
    } else {
      s[READER + PHASE] = READING;
      visit(s);
    }
  }

  private void readSlot(byte[] s) {
    s[READER + VALUE] = s[VOLATILE + s[READER + SLOT]];
    s[READER + SLOT] = 0;
    s[READER + PHASE] = HAS_READ;
    visit(s);
  }

  /// Looks at the word once more (C5), and shows what was read or gives it a frame as well: then
  /// under the token, so that nothing comes between look and frame.
  private void use(byte[] s, boolean admits) {
    int page = s[READER + PAGE];
    boolean believed = s[READER + CHANGED] == 0 || !keeps(Rule.READ_CONFIRMED);
    if (believed && s[WORD + page] == COLD && admits) {
      word(s, page, RESIDENT);
      s[FRAME + page] = s[READER + VALUE];
    }
    endRead(s);
  }

  private void endRead(byte[] s) {
    Arrays.fill(s, READER, READER + READER_BYTES, (byte) 0);
    visit(s);
  }

  // ---- the cleaner, which is the checkpointer's hand too

  private boolean isInFlight(byte[] s, int page) {
    for (int writer = 0; writer < bounds.writers(); writer++) {
      if (s[writer(writer) + PAGE] == page) {
        return true;
      }
    }
    return false;
  }

  private boolean isAnyInFlight(byte[] s) {
    return isInFlight(s, 0) || isInFlight(s, 1);
  }

  private void copyForWrite(byte[] s, int writer, int page) {
    int slot = freeSlot(s);
    if (!isInMemory(s, page)
        || s[DIRTY + page] == 0
        || s[writer + PAGE] != NONE
        || slot == NONE
        || (isInFlight(s, page) && keeps(Rule.ONE_WRITE_IN_FLIGHT))) {
      return;
    }
    take(s, slot);
    if (!keeps(Rule.IN_FLIGHT_HELD)) {
      s[SLOT_STATE + slot] = FREE;
    }
    s[writer + PAGE] = (byte) page;
    s[writer + SLOT] = (byte) slot;
    s[writer + VALUE] = s[FRAME + page];
    s[writer + FOR_CUT] = s[CUT_MARK + page];
    s[DIRTY + page] = 0;
    s[CUT_MARK + page] = 0;
    visit(s);
  }

  private void write(byte[] s, int writer) {
    if (s[writer + PAGE] != NONE && s[writer + WRITTEN] == 0) {
      s[VOLATILE + s[writer + SLOT]] = s[writer + VALUE];
      s[writer + WRITTEN] = 1;
      visit(s);
    }
  }

  private void settle(byte[] s, int writer) {
    int page = s[writer + PAGE];
    if (page == NONE || s[writer + WRITTEN] == 0) {
      return;
    }
    int slot = s[writer + SLOT];
    boolean named = s[writer + FOR_CUT] != 0 && s[RUNNING + NUMBER] != 0;
    if (named) {
      s[SLOT_BORN + slot] = 0;
      s[RUNNING + NAMED + page] = (byte) slot;
    }
    if (s[WORD + page] != UNUSED) {
      if (s[MAP + page] != NONE) {
        retire(s, s[MAP + page]);
      }
      s[SLOT_STATE + slot] = CURRENT;
      s[MAP + page] = (byte) slot;
    } else if (named) {
      retire(s, slot);
    } else {
      s[SLOT_BORN + slot] = 0;
      s[SLOT_STATE + slot] = FREE;
    }
    Arrays.fill(s, writer, writer + WRITER_BYTES, (byte) 0);
    s[writer + PAGE] = NONE;
    visit(s);
  }

  // ---- the copy reserve

  private void takeReserveSlot(byte[] s) {
    int slot = freeSlot(s);
    if (s[RESERVE_PAGE] != NONE && s[RESERVE_SLOT] == NONE && slot != NONE) {
      take(s, slot);
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
    s[SLOT_BORN + slot] = 0;
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

  private static void take(byte[] s, int slot) {
    s[SLOT_STATE + slot] = IN_FLIGHT;
    s[SLOT_BORN + slot] = 1;
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
    if (s[RUNNING + NUMBER] != 0
        || s[LAST_CUT] == bounds.checkpoints()
        || (isAnyInFlight(s) && keeps(Rule.SETTLED_BEFORE_CUT))) {
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
      if (!keeps(Rule.SLOT_AT_THE_CUT) && s[CUT_MARK + page] == 0 && s[MAP + page] != NONE) {
        s[RUNNING + NAMED + page] = s[MAP + page];
      }
      boolean imageLost =
          !keeps(Rule.IMAGE_BEFORE_CHANGE) || (!keeps(Rule.CUT_PAGES_NOT_FREED) && bounds.frees());
      if (imageLost && s[RUNNING + NAMED + page] == NONE) {
        s[RUNNING + NAMED + page] = s[MAP + page];
        s[CUT_MARK + page] = 0;
      }
      int named = s[RUNNING + NAMED + page];
      if (s[RUNNING + AT_CUT + page] == NONE) {
        continue; // there was no such page
      }
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
      int shown =
          switch (s[WORD + page]) {
            case COLD -> s[MAP + page] == NONE ? NONE : s[VOLATILE + s[MAP + page]];
            case UNUSED -> NONE;
            default -> s[FRAME + page];
          };
      if (shown != s[LAST + page]) {
        return "page " + page + " shows record " + shown + "; expected " + s[LAST + page];
      }
    }
    String read = faultOfReader(s);
    if (read != null) {
      return read;
    }
    String newest = faultAfterPowerCut(s, NEWEST);
    return newest != null ? newest : faultAfterPowerCut(s, OLDER);
  }

  private static @Nullable String faultOfReader(byte[] s) {
    int page = s[READER + PAGE];
    if (s[READER + PHASE] == READING && s[READER + SLOT] == NONE) {
      return "page " + page + " is cold, and has no image";
    }
    if (s[READER + PHASE] == HAS_READ
        && s[READER + CHANGED] == 0
        && s[READER + VALUE] != s[LAST + page]) {
      return "of page " + page + " record " + s[READER + VALUE] + " was read under its word";
    }
    return null;
  }

  private static @Nullable String faultAfterPowerCut(byte[] s, int manifest) {
    String which = "checkpoint " + s[manifest + NUMBER];
    if (s[LOG_DURABLE] < s[manifest + CUT]) {
      return which + " is cut at record " + s[manifest + CUT] + ", which the log may lose";
    }
    for (int page = 0; page < PAGES; page++) {
      int slot = s[manifest + NAMED + page];
      int expected = s[manifest + AT_CUT + page];
      if (expected == NONE) {
        continue;
      }
      if (slot == NONE) {
        return which + " has no image of page " + page;
      }
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
