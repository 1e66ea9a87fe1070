package org.basaltdb.wal;

import org.basaltdb.offheap.memory.Memory;

/// The only place that knows where the fields of a log record lie.
///
/// ```
/// offset  bytes  field
///      0      4  checksum     CRC32C of everything after this field to the end of the frame
///      4      4  length       bytes of header and payload; zero while the record is not published
///      8      8  lsn          position of this header in the log
///     16      1  type         one of RecordType
///     17      1  version      version of the record format
///     18      1  durability   code of Durability
///     19      1  flags        bit 0 COMMIT, bit 1 CLOSED
///     20      4  generation   the log generation that wrote the record
///     24      .  payload
///      .      .  fill         zeroes to the end of the frame
/// ```
///
/// The *frame* is what a record takes in the log: header, payload and fill. Its length follows from
/// the position and the length of the payload ([#frameBytes]), so nothing stores it.
///
/// - LOG-4 The checksum covers the generation and the LSN: bytes that an earlier generation, or an
///   earlier life of a recycled segment, left at a place never pass for a record of this one.
/// - LOG-7 A frame lies in one piece: it crosses neither the end of the ring nor the end of a
///   segment, which is a multiple of the ring.
/// - LOG-8 No frame ends within [#MIN_PADDING_FRAME_BYTES] before a block boundary unless it ends
///   on it: from every position where a frame may begin, a padding record fits before the next
///   boundary.
public final class RecordLayout {
  /// What the log writes and pads to: the unit of direct I/O.
  public static final int BLOCK_BYTES = 4096;

  /// Frames begin at multiples of this.
  public static final int ALIGNMENT_BYTES = 8;

  public static final int CHECKSUM_OFFSET = 0;
  public static final int LENGTH_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  public static final int LSN_OFFSET = LENGTH_OFFSET + Integer.BYTES;
  public static final int TYPE_OFFSET = LSN_OFFSET + Long.BYTES;
  public static final int VERSION_OFFSET = TYPE_OFFSET + Byte.BYTES;
  public static final int DURABILITY_OFFSET = VERSION_OFFSET + Byte.BYTES;
  public static final int FLAGS_OFFSET = DURABILITY_OFFSET + Byte.BYTES;
  public static final int GENERATION_OFFSET = FLAGS_OFFSET + Byte.BYTES;
  public static final int PAYLOAD_OFFSET = GENERATION_OFFSET + Integer.BYTES;

  /// Bytes before the payload.
  public static final int HEADER_BYTES = PAYLOAD_OFFSET;

  /// The record format that this code writes, and the newest that it reads.
  public static final int VERSION = 1;

  /// Flag: with this record its write set is complete and committed.
  public static final byte COMMIT_FLAG = 1;

  /// Flag of a padding record: the log was closed in order, and everything before it is on disk.
  static final byte CLOSED_FLAG = 2;

  /// The shortest padding record: a header and the position it tells.
  static final int MIN_PADDING_FRAME_BYTES = HEADER_BYTES + PaddingLayout.PAYLOAD_BYTES;

  private static final int VERSION_SHIFT = (VERSION_OFFSET - TYPE_OFFSET) * Byte.SIZE;
  private static final int DURABILITY_SHIFT = (DURABILITY_OFFSET - TYPE_OFFSET) * Byte.SIZE;
  private static final int FLAGS_SHIFT = (FLAGS_OFFSET - TYPE_OFFSET) * Byte.SIZE;
  private static final int GENERATION_SHIFT = (GENERATION_OFFSET - TYPE_OFFSET) * Byte.SIZE;

  private RecordLayout() {}

  /// How many bytes of log a record at `lsn` takes: header and payload rounded up to a multiple of
  /// 8, and to the block's end where a padding record would not fit any more (LOG-8).
  public static long frameBytes(long lsn, int payloadBytes) {
    long end = (lsn + HEADER_BYTES + payloadBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    long rest = -end & (BLOCK_BYTES - 1);
    return end - lsn + (rest < MIN_PADDING_FRAME_BYTES ? rest : 0);
  }

  /// The first block boundary at or after `position`.
  static long blockCeiling(long position) {
    return (position + BLOCK_BYTES - 1) & -BLOCK_BYTES;
  }

  /// The last block boundary at or before `position`.
  static long blockFloor(long position) {
    return position & -BLOCK_BYTES;
  }

  /// Fills in the header of the record at `address`, without checksum, and publishes it: a thread
  /// that reads a length other than zero with acquire ([#lengthAcquire]) finds everything stored
  /// before.
  static void publish(
      long address,
      long lsn,
      int payloadBytes,
      byte type,
      byte flags,
      Durability durability,
      int generation) {
    long description =
        (type & 0xFFL)
            | (long) VERSION << VERSION_SHIFT
            | (long) durability.code() << DURABILITY_SHIFT
            | (flags & 0xFFL) << FLAGS_SHIFT
            | (long) generation << GENERATION_SHIFT;
    Memory.putLong(address + LSN_OFFSET, lsn);
    Memory.putLong(address + TYPE_OFFSET, description);
    Memory.putIntRelease(address + LENGTH_OFFSET, HEADER_BYTES + payloadBytes);
  }

  /// The length of header and payload, or zero while the record at `address` is not published.
  /// Partner: [#publish].
  static int lengthAcquire(long address) {
    return Memory.getIntAcquire(address + LENGTH_OFFSET);
  }

  static int checksum(long address) {
    return Memory.getInt(address + CHECKSUM_OFFSET);
  }

  static void checksum(long address, int checksum) {
    Memory.putInt(address + CHECKSUM_OFFSET, checksum);
  }

  static int length(long address) {
    return Memory.getInt(address + LENGTH_OFFSET);
  }

  static long lsn(long address) {
    return Memory.getLong(address + LSN_OFFSET);
  }

  static byte type(long address) {
    return Memory.getByte(address + TYPE_OFFSET);
  }

  static int version(long address) {
    return Memory.getUnsignedByte(address + VERSION_OFFSET);
  }

  static int durabilityCode(long address) {
    return Memory.getUnsignedByte(address + DURABILITY_OFFSET);
  }

  static byte flags(long address) {
    return Memory.getByte(address + FLAGS_OFFSET);
  }

  static int generation(long address) {
    return Memory.getInt(address + GENERATION_OFFSET);
  }
}
