package org.basaltdb.stress.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// What stands in a row: every value follows from the key and the version of the operation that
/// wrote the row's half (see [Shape]), and a checksum covers all of it, both halves. So whoever
/// finds a row can tell whether it is whole. Reusable; for one thread.
final class RowContent {
  private static final int NO_PAYLOAD = -1;

  private long key;
  private long versionA;
  private long versionB;
  private byte @Nullable [] payload;
  private int checksum;

  /// Adds the columns of the two halves and the checksum to a schema.
  static TableSchema.Builder declare(TableSchema.Builder builder) {
    builder.column("version_a", ColumnType.BIGINT);
    builder.column("flag", ColumnType.BOOLEAN).nullable();
    builder.column("ratio", ColumnType.DOUBLE);
    builder.column("rate", ColumnType.FLOAT).nullable();
    builder.decimal("amount", 20, 4);
    builder.decimal("price", 9, 2).nullable();
    builder.column("note", ColumnType.VARCHAR).maxLength(200).nullable();
    builder.column("version_b", ColumnType.BIGINT);
    builder.column("seen_at", ColumnType.TIMESTAMP).nullable();
    builder.column("due", ColumnType.DATE);
    builder.column("reference", ColumnType.UUID);
    builder.column("pieces", ColumnType.INT).nullable();
    builder.column("payload", ColumnType.VARBINARY).maxLength(Shape.MAX_PAYLOAD_BYTES).nullable();
    builder.column("checksum", ColumnType.INT);
    return builder;
  }

  /// Takes on the content of a row.
  ///
  /// @param contentKey see [Shape#contentKey]
  void set(long contentKey, long halfA, long halfB) {
    if (contentKey != key || halfB != versionB) {
      payload = payloadOf(contentKey, halfB);
    }
    key = contentKey;
    versionA = halfA;
    versionB = halfB;
    checksum = computeChecksum();
  }

  int checksum() {
    return checksum;
  }

  long versionA() {
    return versionA;
  }

  long versionB() {
    return versionB;
  }

  /// The version of the operation that wrote last: it names the row's state.
  long version() {
    return Math.max(versionA, versionB);
  }

  /// Sets the columns of half A and the checksum.
  void fillHalfA(RowBuffer row) {
    row.setLong("version_a", versionA)
        .setDouble("ratio", ratio())
        .setDecimal("amount", amount())
        .setDecimal("price", price())
        .setString("note", note())
        .setInt("checksum", checksum);
    if (word(1) % 5 == 0) {
      row.setNull("flag").setNull("rate");
    } else {
      row.setBoolean("flag", flag()).setFloat("rate", (float) ratio());
    }
  }

  /// Sets the columns of half B and the checksum.
  void fillHalfB(RowBuffer row) {
    row.setLong("version_b", versionB)
        .setTimestamp("seen_at", seenAt())
        .setDate("due", due())
        .setUuid("reference", reference())
        .setBytes("payload", payload)
        .setInt("checksum", checksum);
    if (word(21) % 5 == 0) {
      row.setNull("pieces");
    } else {
      row.setInt("pieces", pieces());
    }
  }

  /// Takes on the content that a row claims to have, and compares every column with it.
  ///
  /// @return null if the row is whole, else what is wrong with it
  @Nullable String read(Shape shape, RowView row) {
    long contentKey = shape.contentKey(row.getLong(Shape.ID));
    set(contentKey, row.getLong("version_a"), row.getLong("version_b"));
    String difference = differenceInA(row);
    if (difference == null) {
      difference = differenceInB(row);
    }
    if (difference == null && !shape.keyIsWhole(row)) {
      difference = "key";
    }
    if (difference == null && row.getInt("checksum") != checksum) {
      difference = "checksum";
    }
    return difference == null
        ? null
        : "column " + difference + " does not fit versions " + versionA + " and " + versionB;
  }

  private @Nullable String differenceInA(RowView row) {
    boolean nulls = word(1) % 5 == 0;
    if (row.isNull("flag") != nulls || (!nulls && row.getBoolean("flag") != flag())) {
      return "flag";
    }
    if (row.isNull("rate") != nulls || (!nulls && row.getFloat("rate") != (float) ratio())) {
      return "rate";
    }
    if (row.getDouble("ratio") != ratio()) {
      return "ratio";
    }
    if (!isSame(amount(), row.getDecimal("amount"))) {
      return "amount";
    }
    if (!isSame(price(), row.getDecimal("price"))) {
      return "price";
    }
    return Objects.equals(note(), row.getString("note")) ? null : "note";
  }

  private @Nullable String differenceInB(RowView row) {
    boolean nulls = word(21) % 5 == 0;
    if (row.isNull("pieces") != nulls || (!nulls && row.getInt("pieces") != pieces())) {
      return "pieces";
    }
    if (!Objects.equals(seenAt(), row.getTimestamp("seen_at"))) {
      return "seen_at";
    }
    if (!due().equals(row.getDate("due"))) {
      return "due";
    }
    if (!reference().equals(row.getUuid("reference"))) {
      return "reference";
    }
    return Arrays.equals(payload, row.getBytes("payload")) ? null : "payload";
  }

  private static boolean isSame(@Nullable BigDecimal expected, @Nullable BigDecimal found) {
    if (expected == null || found == null) {
      return expected == null && found == null;
    }
    return expected.scale() == found.scale() && expected.compareTo(found) == 0;
  }

  private int computeChecksum() {
    CRC32C crc = new CRC32C();
    String values =
        key
            + " "
            + versionA
            + " "
            + versionB
            + " "
            + ratio()
            + amount()
            + price()
            + note()
            + seenAt()
            + due()
            + reference()
            + pieces();
    crc.update(values.getBytes(UTF_8));
    if (payload != null) {
      crc.update(payload);
    }
    return (int) crc.getValue();
  }

  private boolean flag() {
    return (word(2) & 1) == 0;
  }

  private double ratio() {
    return (word(3) >>> 11) * 0x1.0p-53;
  }

  private BigDecimal amount() {
    BigInteger digits =
        BigInteger.valueOf(word(4)).shiftLeft(2).add(BigInteger.valueOf(word(5) & 3));
    return new BigDecimal(digits, 4);
  }

  private @Nullable BigDecimal price() {
    return word(6) % 4 == 0 ? null : BigDecimal.valueOf(word(7) % 1_000_000_000, 2);
  }

  private @Nullable String note() {
    int length = (int) Long.remainderUnsigned(word(8), 60) - 10;
    return length < 0 ? null : "ß".repeat(length / 3) + "n".repeat(length - length / 3);
  }

  private @Nullable Instant seenAt() {
    long micros = word(22) >> 12;
    return word(23) % 4 == 0
        ? null
        : Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
  }

  private LocalDate due() {
    return LocalDate.ofEpochDay(word(24) >> 48);
  }

  private UUID reference() {
    return new UUID(word(25), word(26));
  }

  private int pieces() {
    return (int) word(27);
  }

  /// Something that looks random and follows from the key, the version of the half (A below 20) and
  /// the number.
  private long word(int number) {
    return mix(key, number < 20 ? versionA : versionB, number);
  }

  private static long mix(long key, long version, long number) {
    long mixed = key * 0x9E3779B97F4A7C15L + version * 0xD1342543DE82EF95L + number;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  private static byte @Nullable [] payloadOf(long key, long version) {
    int length = payloadLength(mix(key, version, 28), mix(key, version, 29));
    if (length == NO_PAYLOAD) {
      return null;
    }
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; ) {
      long word = mix(key, version, 30 + i);
      for (int end = Math.min(i + Long.BYTES, length); i < end; i++) {
        bytes[i] = (byte) word;
        word >>>= Byte.SIZE;
      }
    }
    return bytes;
  }

  /// Mostly short; some fill much of a page, some just fit or just do not, a few span many pages.
  private static int payloadLength(long kind, long size) {
    int percent = (int) Long.remainderUnsigned(kind, 1_000);
    if (percent < 50) {
      return NO_PAYLOAD;
    } else if (percent < 850) {
      return (int) Long.remainderUnsigned(size, 200);
    } else if (percent < 950) {
      return (int) Long.remainderUnsigned(size, 4_000);
    } else if (percent < 980) {
      return 7_500 + (int) Long.remainderUnsigned(size, 700);
    } else if (percent < 995) {
      return 8_000 + (int) Long.remainderUnsigned(size, 12_000);
    }
    return 20_000 + (int) Long.remainderUnsigned(size, Shape.MAX_PAYLOAD_BYTES - 20_000);
  }
}
