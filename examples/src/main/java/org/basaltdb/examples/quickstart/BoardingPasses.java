package org.basaltdb.examples.quickstart;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;

/// Boarding passes as a scanner sees them: rows of a kibibyte, every byte of which follows from the
/// row's id and from how often it was changed. Keeps the bytes that it compares, so it is for one
/// thread.
final class BoardingPasses {
  static final String TABLE = "boarding_passes";

  /// What a row has of its user's: two numbers and the scan.
  static final int ROW_BYTES = 1_024;

  private static final int SCAN_BYTES = ROW_BYTES - 2 * Long.BYTES;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] expected = new byte[SCAN_BYTES];
  private final byte[] found = new byte[SCAN_BYTES];

  static TableSchema schema() {
    return TableSchema.builder(TABLE)
        .column("id", ColumnType.BIGINT)
        .column("changes", ColumnType.BIGINT)
        .column("scan", ColumnType.VARBINARY)
        .maxLength(SCAN_BYTES)
        .primaryKey("id")
        .expectedRowBytes(ROW_BYTES)
        .build();
  }

  /// Fills the row with that id, as it is after so many changes.
  void fill(RowBuffer row, long id, long changes) {
    draw(id, changes);
    row.clear().setLong("id", id).setLong("changes", changes).setBytes("scan", expected);
  }

  /// Whether every byte of the row is what [#fill] gave it.
  boolean matches(RowView row, long id, long changes) {
    draw(id, changes);
    return row.getLong("id") == id
        && row.getLong("changes") == changes
        && row.copyBytes("scan", found) == SCAN_BYTES
        && Arrays.equals(found, expected);
  }

  private void draw(long id, long changes) {
    long first = Mixing.mix(Mixing.mix(id) + changes);
    for (int offset = 0; offset < SCAN_BYTES; offset += Long.BYTES) {
      LONG.set(expected, offset, Mixing.mix(first + offset));
    }
  }
}
