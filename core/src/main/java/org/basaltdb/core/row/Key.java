package org.basaltdb.core.row;

import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.UnknownColumnException;
import org.basaltdb.core.schema.TableSchema;

/// A primary key to look a row up by, made by a table and reused for as many keys as wanted.
///
/// Columns are numbered by their place in the primary key, from 0. What was set stays until it is
/// set anew or [#clear] is called.
///
/// Confined to one thread at a time. The memory is native and belongs to whoever made the key.
public final class Key extends FieldSetters<Key> {
  private final KeyImageWriter writer;

  /// For the engine: applications ask their table.
  @SuppressWarnings("exports") // so that applications cannot: they do not see the type
  public Key(KeyImageWriter writer) {
    super(writer);
    this.writer = writer;
  }

  /// The table's schema.
  public TableSchema schema() {
    return writer.layout().schema();
  }

  /// For the engine: where the values are.
  @SuppressWarnings("exports") // as above
  public KeyImageWriter writer() {
    return writer;
  }

  /// Forgets all that was set.
  ///
  /// @throws ClosedException once the owner has freed the key
  public Key clear() {
    writer.clear();
    return self();
  }

  @Override
  Key self() {
    Liveness.keep(this);
    return this;
  }

  @Override
  int fieldOf(String column) {
    TableSchema schema = writer.layout().schema();
    for (int i = 0; i < schema.keyColumnCount(); i++) {
      if (schema.keyColumn(i).name().equals(column)) {
        return i;
      }
    }
    throw new UnknownColumnException(schema.name(), column, schema.keyColumnNames());
  }
}
