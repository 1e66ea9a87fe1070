package org.basaltdb.core.row;

import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.NullValueException;
import org.basaltdb.core.error.UnknownColumnException;
import org.basaltdb.core.schema.TableSchema;

/// A row to be written, made by a table and reused for as many rows as wanted.
///
/// What was set stays until it is set anew or [#clear] is called, also when the row has been
/// written. A column that was never set is NULL in an insert or upsert, unless it is NOT NULL,
/// which is an error; in an update it keeps what the row has. An auto-increment column that was not
/// set is numbered anew by each insert.
///
/// Confined to one thread at a time. The memory is native and belongs to whoever made the buffer.
public final class RowBuffer extends FieldSetters<RowBuffer> {
  private final RowImageWriter writer;

  /// For the engine: applications ask their table.
  @SuppressWarnings("exports") // so that applications cannot: they do not see the type
  public RowBuffer(RowImageWriter writer) {
    super(writer);
    this.writer = writer;
  }

  /// The table's schema.
  public TableSchema schema() {
    return writer.layout().schema();
  }

  /// For the engine: where the values are.
  @SuppressWarnings("exports") // as above
  public RowImageWriter writer() {
    return writer;
  }

  /// Sets a column to NULL.
  ///
  /// @throws NullValueException if the column is NOT NULL
  /// @throws UnknownColumnException if there is no such column
  public RowBuffer setNull(int column) {
    if (code(column) == 0) {
      throw refusal(column, "setNull");
    }
    putNull(column);
    return self();
  }

  /// As [#setNull(int)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public RowBuffer setNull(String column) {
    return setNull(fieldOf(column));
  }

  /// Whether the column was set, to a value or NULL, since the last [#clear].
  ///
  /// @throws UnknownColumnException if there is no such column
  public boolean isSet(int column) {
    if (code(column) == 0) {
      throw refusal(column, "isSet");
    }
    boolean set = writer.isSet(column);
    Liveness.keep(this);
    return set;
  }

  /// Forgets all that was set.
  ///
  /// @throws ClosedException once the owner has freed the buffer
  public RowBuffer clear() {
    writer.clear();
    return self();
  }

  @Override
  RowBuffer self() {
    Liveness.keep(this);
    return this;
  }

  @Override
  int fieldOf(String column) {
    return writer.layout().schema().ordinalOf(column);
  }
}
