package org.basaltdb.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Reads a log from its start to its end, hands its records to a visitor, and judges how it ends.
/// Changes nothing.
///
/// ```
///   examine(at) --- a record of this generation ---> take it, at += frame --+
///      ^                                                                    |
///      +--------------------------------------------------------------------+
///      | none
///      v
///   a generation record at the next block boundary, in this segment or at the start of the next,
///   that says "the log ended at `at`" -------------> go on behind the cut, in that generation
///      | none
///      v
///   the log ends at `at`. A record behind it that proves the log was on disk further than `at`: CORRUPT
///   (LOG-3): padding that says so, one of a later generation, one in a later segment (LOG-17).
///   Else any record of this generation behind it, or the remains of one at it: TORN_TAIL. Else: CLEAN.
/// ```
///
/// A generation record decides where the log before it ended, whatever stands there: what was cut
/// once stays cut even if it reads as whole later (LOG-4). Such bytes lie between the cut and the
/// generation record, at most a block away or at the end of the segment before, so a look ahead at
/// each block and at each next segment finds the record in time.
///
/// Cost: one read of everything from the segment of the start on, one checksum of every record.
final class LogScan {
  private static final long NO_CUT = Long.MAX_VALUE;

  private final LogOptions options;
  private final List<Segment> segments;
  private final SegmentReader reader;
  private final RecordVisitor visitor;

  /// Index in `segments` of the one that is being read.
  private int index;

  /// The position that is being looked at.
  private long at;

  /// The generation whose records are valid at `at`.
  private int generation;

  private boolean closedInOrder;
  private long recordCount;

  /// Everything below was on disk before a record that was read was written.
  private long syncedUpTo;

  /// The block boundary that was looked at ahead of `at`, and the cut that a generation record
  /// there tells of.
  private long lookedAheadTo;

  private long cutInBlock;

  /// The cut that the first record of the next segment tells of.
  private long cutInSegment;

  /// Index of the segment with the last valid record; -1 before the first.
  private int lastUsedIndex = -1;

  private LogScan(
      LogOptions options,
      List<Segment> segments,
      int first,
      SegmentReader reader,
      RecordVisitor visitor) {
    this.options = options;
    this.segments = segments;
    this.reader = reader;
    this.visitor = visitor;
    index = first;
    at = segments.get(first).baseLsn();
    generation = segments.get(first).generation();
  }

  /// What a scan found.
  ///
  /// @param verdict how the log ends
  /// @param closedInOrder whether its last user closed it
  /// @param endLsn where it ends
  /// @param syncedUpTo everything below is on disk, its records say
  /// @param recordCount how many records went to the visitor
  /// @param lastGeneration the highest generation seen anywhere
  /// @param nextNumber the number of the segment that would come next
  /// @param live the segments that hold the log, the last one with its end in it
  /// @param idle the segments that hold nothing of it: below its start, or behind its end
  record Result(
      LogVerdict verdict,
      boolean closedInOrder,
      long endLsn,
      long syncedUpTo,
      long recordCount,
      int lastGeneration,
      long nextNumber,
      List<Segment> live,
      List<Segment> idle) {}

  /// Scans the segments of a log.
  ///
  /// @param segments by number
  /// @return what was found; null if there is no log yet
  /// @throws LogCorruptException if the log is damaged, or a part of it is missing
  static @Nullable Result run(
      FileLayer files, LogOptions options, List<Segment> segments, RecordVisitor visitor)
      throws IOException {
    int first = firstSegment(options, segments);
    if (first < 0) {
      return null;
    }
    try (SegmentReader reader = new SegmentReader(files, segments.get(first))) {
      return new LogScan(options, segments, first, reader, visitor).run(first);
    }
  }

  /// The segment in which the replay begins.
  private static int firstSegment(LogOptions options, List<Segment> segments) {
    long from = options.replayFromLsn();
    int first = -1;
    for (int candidate = 0;
        candidate < segments.size() && segments.get(candidate).baseLsn() <= from;
        candidate++) {
      first = candidate;
    }
    if (first < 0 && from == 0 && !segments.isEmpty() && segments.getFirst().number() == 1) {
      first = 0;
    }
    if (first < 0 && (from != 0 || !segments.isEmpty() || options.mustExist())) {
      throw new LogCorruptException(
          options.directory().toString(),
          0,
          segments.isEmpty()
              ? "no segment of the log"
              : "LSN "
                  + segments.getFirst().baseLsn()
                  + " as the first, in "
                  + segments.getFirst().path(),
          from == 0 ? "the log from its first segment on" : "the log from LSN " + from + " on");
    }
    return first;
  }

  private Result run(int first) throws IOException {
    enterSegment(first);
    while (takeRecord() || enterNextGeneration()) {
      if (at == reader.segment().endLsn()) {
        openNextSegment();
      }
    }
    LogVerdict verdict = judgeEnd();
    long reached = Math.max(options.replayFromLsn(), options.knownDurableLsn());
    if (at < reached) {
      throw new LogCorruptException(
          reader.segment().path().toString(),
          reader.segment().fileOffset(at),
          "the end of the log, at LSN " + at,
          "the log to reach LSN " + reached + ", up to where it was on disk");
    }
    int lastGeneration = generation;
    for (Segment segment : segments) {
      lastGeneration = Math.max(lastGeneration, segment.generation());
    }
    int kept = firstKept(first);
    List<Segment> idle = new ArrayList<>(segments.subList(0, kept));
    idle.addAll(segments.subList(Math.max(lastUsedIndex + 1, first), segments.size()));
    List<Segment> live = List.copyOf(segments.subList(kept, Math.max(lastUsedIndex + 1, first)));
    long nextNumber = live.isEmpty() ? segments.get(first).number() : live.getLast().number() + 1;
    return new Result(
        verdict,
        closedInOrder,
        at,
        syncedUpTo,
        recordCount,
        lastGeneration,
        nextNumber,
        live,
        idle);
  }

  /// The first segment that is not let go.
  private int firstKept(int first) {
    int kept = first;
    while (kept > 0 && segments.get(kept).baseLsn() > options.keepFromLsn()) {
      kept--;
    }
    return options.keepFromLsn() == 0 ? first : kept;
  }

  /// Goes on in the segment that follows the one whose end was reached, if it is there. Its first
  /// record decides whether it is part of the log.
  private void openNextSegment() throws IOException {
    if (index + 1 == segments.size()) {
      return;
    }
    Segment next = segments.get(index + 1);
    if (next.number() == reader.segment().number() + 1 && next.baseLsn() == at) {
      enterSegment(index + 1);
    }
  }

  private void enterSegment(int entered) throws IOException {
    index = entered;
    cutInSegment = NO_CUT;
    if (index + 1 < segments.size()) {
      Segment next = segments.get(index + 1);
      reader.open(next);
      cutInSegment = cutToldAt(next.baseLsn());
    }
    reader.open(segments.get(index));
  }

  /// The nearest position ahead at which a later generation says that the log ended.
  private long nextCut() throws IOException {
    long boundary = RecordLayout.blockFloor(at) + RecordLayout.BLOCK_BYTES;
    if (boundary != lookedAheadTo) {
      lookedAheadTo = boundary;
      cutInBlock = cutToldAt(boundary);
    }
    return Math.min(cutInBlock, cutInSegment);
  }

  /// Where a generation record at `lsn` says that the log before it ended, if there is one there of
  /// a later generation.
  private long cutToldAt(long lsn) throws IOException {
    long address = reader.address(lsn, RecordLayout.HEADER_BYTES);
    if (address == 0
        || RecordLayout.type(address) != RecordType.GENERATION
        || RecordLayout.generation(address) <= generation
        || examine(lsn) == 0) {
      return NO_CUT;
    }
    return GenerationLayout.previousEnd(
        reader.address(lsn, RecordLayout.BLOCK_BYTES) + RecordLayout.PAYLOAD_OFFSET);
  }

  /// Takes the record at `at`, if there is a valid one of this generation.
  private boolean takeRecord() throws IOException {
    long cut = nextCut();
    long frameBytes = examine(at);
    if (frameBytes == 0 || at + frameBytes > cut) {
      return false;
    }
    long address = reader.address(at, frameBytes);
    if (RecordLayout.generation(address) != generation) {
      return false;
    }
    byte type = RecordLayout.type(address);
    checkKnown(address, type);
    closedInOrder =
        type == RecordType.PADDING && (RecordLayout.flags(address) & RecordLayout.CLOSED_FLAG) != 0;
    long told = type == RecordType.GENERATION ? at : toldByPadding(address);
    syncedUpTo = Math.max(syncedUpTo, Math.max(told, reader.segment().baseLsn()));
    if (RecordType.isReplayed(type) && at >= options.replayFromLsn()) {
      recordCount++;
      visitor.record(
          at,
          type,
          RecordLayout.flags(address),
          Durability.ofCode(RecordLayout.durabilityCode(address)),
          address + RecordLayout.PAYLOAD_OFFSET,
          RecordLayout.length(address) - RecordLayout.HEADER_BYTES);
    }
    lastUsedIndex = index;
    at += frameBytes;
    return true;
  }

  private void checkKnown(long address, byte type) {
    Segment segment = reader.segment();
    if (RecordLayout.version(address) > RecordLayout.VERSION) {
      throw new LogFormatException(
          "record version",
          RecordLayout.version(address),
          RecordLayout.VERSION,
          segment.path().toString(),
          segment.fileOffset(at));
    }
    if (!RecordType.isKnown(type)) {
      throw new LogFormatException(
          "record type",
          type,
          RecordType.GENERATION,
          segment.path().toString(),
          segment.fileOffset(at));
    }
  }

  /// The length of the frame at `lsn` of the segment that is being read, if the bytes there are a
  /// whole record that was written for this position, by whatever generation; else 0.
  private long examine(long lsn) throws IOException {
    long address = reader.address(lsn, RecordLayout.HEADER_BYTES);
    if (address == 0 || RecordLayout.lsn(address) != lsn) {
      return 0;
    }
    int length = RecordLayout.length(address);
    if (length < RecordLayout.HEADER_BYTES) {
      return 0;
    }
    long frameBytes = RecordLayout.frameBytes(lsn, length - RecordLayout.HEADER_BYTES);
    address = reader.address(lsn, frameBytes);
    if (address == 0
        || RecordLayout.checksum(address) != reader.checksumOfFrame(address, frameBytes)) {
      return 0;
    }
    return frameBytes;
  }

  /// Goes to the start of the next generation, if there is one that began where this one ends.
  private boolean enterNextGeneration() throws IOException {
    long candidate = RecordLayout.blockCeiling(at);
    if (cutToldAt(candidate) == at) {
      return enterGeneration(candidate);
    }
    if (cutInSegment == at) {
      enterSegment(index + 1);
      return enterGeneration(reader.segment().baseLsn());
    }
    return false;
  }

  private boolean enterGeneration(long candidate) throws IOException {
    long address = reader.address(candidate, RecordLayout.HEADER_BYTES);
    generation = RecordLayout.generation(address);
    at = candidate;
    return takeRecord();
  }

  /// Looks at everything behind the end.
  private LogVerdict judgeEnd() throws IOException {
    boolean torn = hasRemains();
    Segment end = reader.segment();
    for (int behind = index; behind < segments.size(); behind++) {
      reader.open(segments.get(behind));
      torn |= searchBehindEnd(behind == index ? at : segments.get(behind).baseLsn(), end);
    }
    reader.open(end);
    return torn ? LogVerdict.TORN_TAIL : LogVerdict.CLEAN;
  }

  /// Whether a record of this generation was begun at the end.
  private boolean hasRemains() throws IOException {
    long address = reader.address(at, RecordLayout.HEADER_BYTES);
    return address != 0
        && RecordLayout.lsn(address) == at
        && RecordLayout.generation(address) == generation;
  }

  /// Looks for whole records in the rest of the segment that is being read.
  ///
  /// @return whether there is one of this generation
  /// @throws LogCorruptException if one proves that the log was on disk beyond the end that was
  ///   found
  private boolean searchBehindEnd(long from, Segment end) throws IOException {
    boolean found = false;
    long lsn = from;
    long last = reader.segment().endLsn() - RecordLayout.HEADER_BYTES;
    while (lsn <= last) {
      long address = reader.address(lsn, RecordLayout.HEADER_BYTES);
      long windowLast = reader.windowTo() - RecordLayout.HEADER_BYTES;
      while (lsn <= windowLast && Memory.getLong(address + RecordLayout.LSN_OFFSET) != lsn) {
        lsn += RecordLayout.ALIGNMENT_BYTES;
        address += RecordLayout.ALIGNMENT_BYTES;
      }
      if (lsn <= windowLast) {
        long frameBytes = examine(lsn);
        if (frameBytes != 0) {
          found |= isOfThisGeneration(lsn, frameBytes, end);
        }
        lsn += RecordLayout.ALIGNMENT_BYTES;
      }
    }
    return found;
  }

  private boolean isOfThisGeneration(long lsn, long frameBytes, Segment end) throws IOException {
    long address = reader.address(lsn, frameBytes);
    boolean ofThisGeneration = RecordLayout.generation(address) == generation;
    String proof = proofOfMore(address);
    if (proof != null) {
      throw corruptAtEnd(end, "the record at LSN " + lsn + " " + proof);
    }
    return ofThisGeneration;
  }

  /// In what way a whole record behind the end proves that the log was on disk further than that
  /// (LOG-3); null if it does not.
  private @Nullable String proofOfMore(long address) {
    int found = RecordLayout.generation(address);
    if (found > generation) {
      // an open syncs what it read, and its generation record, before it appends: the log was
      // whole up to there, and nothing leads there any more
      return "is of generation "
          + found
          + ", which began behind the end of generation "
          + generation;
    }
    long told = toldByPadding(address);
    if (told > at) {
      return "says that the log was on disk up to " + told;
    }
    long base = reader.segment().baseLsn();
    if (found == generation && base > at) {
      return "is in a segment that was written only when the log was on disk up to " + base;
    }
    return null;
  }

  /// Up to where padding says that the log was on disk before it; 0 for any other record.
  private static long toldByPadding(long address) {
    return RecordLayout.type(address) == RecordType.PADDING
        ? PaddingLayout.syncedUpTo(
            address + RecordLayout.PAYLOAD_OFFSET,
            RecordLayout.length(address) - RecordLayout.HEADER_BYTES)
        : 0;
  }

  private LogCorruptException corruptAtEnd(Segment end, String proof) throws IOException {
    String expected = "a record at LSN " + at + ": " + proof;
    if (at == end.endLsn()) {
      return new LogCorruptException(
          options
              .directory()
              .resolve(SegmentLayout.fileName(end.number() + 1, SegmentLayout.SEGMENT_SUFFIX))
              .toString(),
          SegmentLayout.HEADER_BYTES,
          "no file that goes on with the log",
          expected);
    }
    reader.open(end);
    return new LogCorruptException(end.path().toString(), end.fileOffset(at), describe(), expected);
  }

  /// What stands at the end, in words.
  private String describe() throws IOException {
    long address = reader.address(at, RecordLayout.HEADER_BYTES);
    int length = RecordLayout.length(address);
    long lsn = RecordLayout.lsn(address);
    int found = RecordLayout.generation(address);
    if (length == 0 && lsn == 0) {
      return "nothing";
    }
    if (lsn != at) {
      return "a header with LSN " + lsn;
    }
    if (found != generation) {
      return "a record of generation " + found + " after one of generation " + generation;
    }
    long frameBytes =
        length < RecordLayout.HEADER_BYTES
            ? 0
            : RecordLayout.frameBytes(at, length - RecordLayout.HEADER_BYTES);
    long whole = frameBytes == 0 ? 0 : reader.address(at, frameBytes);
    if (whole == 0) {
      return "a record of length " + length;
    }
    return "a record of length "
        + length
        + " with checksum 0x"
        + Integer.toHexString(RecordLayout.checksum(whole))
        + " whose bytes have 0x"
        + Integer.toHexString(reader.checksumOfFrame(whole, frameBytes));
  }
}
