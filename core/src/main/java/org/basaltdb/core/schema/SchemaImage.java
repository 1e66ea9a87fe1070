package org.basaltdb.core.schema;

import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_COUNT_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_FLAGS_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_HEADER_BYTES;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_MAX_LENGTH_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_NAME_BYTES_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_PRECISION_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_SCALE_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.COLUMN_TYPE_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.EXPECTED_ROW_BYTES_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.FLAG_AUTO_INCREMENT;
import static org.basaltdb.core.schema.SchemaImageLayout.FLAG_NULLABLE;
import static org.basaltdb.core.schema.SchemaImageLayout.FORMAT;
import static org.basaltdb.core.schema.SchemaImageLayout.FORMAT_VERSION_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.HEADER_BYTES;
import static org.basaltdb.core.schema.SchemaImageLayout.KEY_COUNT_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.NAME_BYTES_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.PARTITION_KEY_COUNT_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.SCHEMA_VERSION_OFFSET;
import static org.basaltdb.core.schema.SchemaImageLayout.TOTAL_BYTES_OFFSET;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.core.error.CorruptCatalogException;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.error.NewerFormatException;
import org.jspecify.annotations.Nullable;

/// Writes and reads the stored form of a schema. What is read goes through the same checks as what
/// is declared.
final class SchemaImage {
  private final ByteBuffer image;
  private final String where;

  private SchemaImage(byte[] image, String where) {
    this.image = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
  }

  static byte[] write(TableSchema schema) {
    byte[] name = schema.name().getBytes(StandardCharsets.UTF_8);
    List<byte[]> names = new ArrayList<>();
    int keyCount = schema.hiddenKey() ? 0 : schema.keyColumnCount();
    int partitionCount = schema.partitionedByPrimaryKey() ? 0 : schema.partitionKeyColumnCount();
    int total = HEADER_BYTES + name.length + Short.BYTES * (keyCount + partitionCount);
    for (Column column : schema.columns()) {
      byte[] columnName = column.name().getBytes(StandardCharsets.UTF_8);
      names.add(columnName);
      total += COLUMN_HEADER_BYTES + columnName.length;
    }
    ByteBuffer out = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort(FORMAT_VERSION_OFFSET, (short) FORMAT);
    out.putShort(SCHEMA_VERSION_OFFSET, (short) schema.version());
    out.putInt(TOTAL_BYTES_OFFSET, total);
    out.putInt(EXPECTED_ROW_BYTES_OFFSET, schema.expectedRowBytes());
    out.putShort(COLUMN_COUNT_OFFSET, (short) names.size());
    out.putShort(KEY_COUNT_OFFSET, (short) keyCount);
    out.putShort(PARTITION_KEY_COUNT_OFFSET, (short) partitionCount);
    out.putShort(NAME_BYTES_OFFSET, (short) name.length);
    out.position(HEADER_BYTES).put(name);
    for (Column column : schema.columns()) {
      writeColumn(column, names.get(column.ordinal()), out);
    }
    for (int i = 0; i < keyCount; i++) {
      out.putShort((short) schema.keyColumn(i).ordinal());
    }
    for (int i = 0; i < partitionCount; i++) {
      out.putShort((short) schema.partitionKeyColumn(i).ordinal());
    }
    assert !out.hasRemaining() : out + " is not full";
    return out.array();
  }

  private static void writeColumn(Column column, byte[] name, ByteBuffer out) {
    int start = out.position();
    int flags =
        (column.nullable() ? FLAG_NULLABLE : 0)
            | (column.autoIncrement() ? FLAG_AUTO_INCREMENT : 0);
    out.putInt(start + COLUMN_MAX_LENGTH_OFFSET, column.maxLength());
    out.put(start + COLUMN_TYPE_OFFSET, (byte) column.type().code());
    out.put(start + COLUMN_FLAGS_OFFSET, (byte) flags);
    out.put(start + COLUMN_PRECISION_OFFSET, (byte) column.precision());
    out.put(start + COLUMN_SCALE_OFFSET, (byte) column.scale());
    out.putShort(start + COLUMN_NAME_BYTES_OFFSET, (short) name.length);
    out.position(start + COLUMN_HEADER_BYTES).put(name);
  }

  static TableSchema read(byte[] bytes, String where) {
    return new SchemaImage(bytes, where).read();
  }

  private TableSchema read() {
    require(0, HEADER_BYTES);
    int format = unsignedShort(FORMAT_VERSION_OFFSET);
    if (format > FORMAT) {
      throw new NewerFormatException(where, format, FORMAT);
    }
    if (format == 0) {
      throw corrupt(FORMAT_VERSION_OFFSET, "format version 0", "version " + FORMAT);
    }
    if (image.getInt(TOTAL_BYTES_OFFSET) != image.capacity()) {
      throw corrupt(
          TOTAL_BYTES_OFFSET,
          "a length of " + image.getInt(TOTAL_BYTES_OFFSET) + " bytes",
          image.capacity() + " bytes");
    }
    image.position(HEADER_BYTES);
    SchemaDraft draft = new SchemaDraft(readName(unsignedShort(NAME_BYTES_OFFSET)));
    int columnCount = unsignedShort(COLUMN_COUNT_OFFSET);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < columnCount; i++) {
      names.add(readColumn(draft));
    }
    int keyCount = unsignedShort(KEY_COUNT_OFFSET);
    if (keyCount > 0) {
      draft.primaryKey(readOrdinals(keyCount, names));
    }
    int partitionCount = unsignedShort(PARTITION_KEY_COUNT_OFFSET);
    if (partitionCount > 0) {
      draft.partitionKey(readOrdinals(partitionCount, names));
    }
    if (image.hasRemaining()) {
      throw corrupt(image.position(), image.remaining() + " more bytes", "the end");
    }
    int expectedRowBytes = image.getInt(EXPECTED_ROW_BYTES_OFFSET);
    if (expectedRowBytes != 0) {
      draft.expectedRowBytes(expectedRowBytes);
    }
    return build(draft);
  }

  private TableSchema build(SchemaDraft draft) {
    int version = unsignedShort(SCHEMA_VERSION_OFFSET);
    if (version == 0) {
      throw corrupt(SCHEMA_VERSION_OFFSET, "schema version 0", "1 or more");
    }
    try {
      return draft.build(version);
    } catch (InvalidSchemaException invalid) {
      throw new CorruptCatalogException(
          where, 0, String.join("; ", invalid.problems()), "a valid schema", invalid);
    }
  }

  /// Reads one column into the draft and returns its name.
  private String readColumn(SchemaDraft draft) {
    int start = image.position();
    require(start, COLUMN_HEADER_BYTES);
    int code = image.get(start + COLUMN_TYPE_OFFSET);
    ColumnType type = ColumnType.ofCode(code);
    if (type == null) {
      throw corrupt(start + COLUMN_TYPE_OFFSET, "column type " + code, "1 to 11");
    }
    image.position(start + COLUMN_HEADER_BYTES);
    String name = readName(unsignedShort(start + COLUMN_NAME_BYTES_OFFSET));
    draft.add(
        name,
        type,
        image.get(start + COLUMN_PRECISION_OFFSET),
        image.get(start + COLUMN_SCALE_OFFSET));
    int flags = image.get(start + COLUMN_FLAGS_OFFSET);
    if ((flags & ~(FLAG_NULLABLE | FLAG_AUTO_INCREMENT)) != 0) {
      throw corrupt(start + COLUMN_FLAGS_OFFSET, "column flags " + flags, "0 to 3");
    }
    if ((flags & FLAG_NULLABLE) != 0) {
      draft.nullable();
    }
    if ((flags & FLAG_AUTO_INCREMENT) != 0) {
      draft.autoIncrement();
    }
    int maxLength = image.getInt(start + COLUMN_MAX_LENGTH_OFFSET);
    if (maxLength != 0 || type.isVariableLength()) {
      draft.maxLength(maxLength);
    }
    return name;
  }

  private String[] readOrdinals(int count, List<String> names) {
    require(image.position(), count * Short.BYTES);
    String[] key = new String[count];
    for (int i = 0; i < count; i++) {
      int at = image.position();
      int ordinal = Short.toUnsignedInt(image.getShort());
      if (ordinal >= names.size()) {
        throw corrupt(at, "column number " + ordinal, "less than " + names.size());
      }
      key[i] = names.get(ordinal);
    }
    return key;
  }

  private String readName(int length) {
    int start = image.position();
    require(start, length);
    image.position(start + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(image.slice(start, length)).toString();
    } catch (CharacterCodingException malformed) {
      throw new CorruptCatalogException(
          where, start, "a name that is not UTF-8", "well-formed UTF-8", malformed);
    }
  }

  private int unsignedShort(int offset) {
    return Short.toUnsignedInt(image.getShort(offset));
  }

  private void require(int start, int length) {
    if (start + length > image.capacity()) {
      throw corrupt(
          start,
          (image.capacity() - start) + " bytes left",
          length + " bytes, of which the image was cut short");
    }
  }

  private CorruptCatalogException corrupt(int offset, String found, String expected) {
    return new CorruptCatalogException(where, offset, found, expected, (@Nullable Throwable) null);
  }
}
