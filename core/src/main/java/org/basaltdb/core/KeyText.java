package org.basaltdb.core;

import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.MemoryBudget;

/// A key in the words of an error message. Allocates; only where something went wrong.
final class KeyText {
  private static final int MAX_CHARACTERS = 200;

  private KeyText() {}

  /// The key of a row, one `column = value` a key column.
  static String of(RowLayout layout, long rowImage, MemoryBudget budget) {
    RowImageReader reader = new RowImageReader(layout, layout.everything(), budget);
    reader.show(rowImage);
    RowView view = new RowView(reader);
    TableSchema schema = layout.schema();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < schema.keyColumnCount(); i++) {
      Column column = schema.keyColumn(i);
      text.append(i == 0 ? "" : ", ").append(column.name()).append(" = ");
      text.append(value(view, column));
    }
    return text.length() <= MAX_CHARACTERS
        ? text.toString()
        : text.substring(0, MAX_CHARACTERS) + "...";
  }

  private static Object value(RowView view, Column column) {
    int ordinal = column.ordinal();
    return switch (column.type()) {
      case BOOLEAN -> view.getBoolean(ordinal);
      case INT -> view.getInt(ordinal);
      case BIGINT -> view.getLong(ordinal);
      case FLOAT -> view.getFloat(ordinal);
      case DOUBLE -> view.getDouble(ordinal);
      case VARCHAR -> "'" + view.getString(ordinal) + "'";
      case VARBINARY -> view.bytesLength(ordinal) + " bytes";
      case DATE -> String.valueOf(view.getDate(ordinal));
      case TIMESTAMP -> String.valueOf(view.getTimestamp(ordinal));
      case DECIMAL -> String.valueOf(view.getDecimal(ordinal));
      case UUID -> String.valueOf(view.getUuid(ordinal));
    };
  }
}
