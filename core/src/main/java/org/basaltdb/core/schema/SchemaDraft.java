package org.basaltdb.core.schema;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.basaltdb.core.error.InvalidSchemaException;
import org.jspecify.annotations.Nullable;

/// A schema in the making: what was declared, and the rules that it has to meet.
final class SchemaDraft {
  /// What locates a value that is stored outside its row.
  private static final int OVERFLOW_POINTER_BYTES = 24;

  private final String tableName;
  private final List<ColumnDraft> columns = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private String @Nullable [] primaryKey;
  private String @Nullable [] partitionKey;
  private int expectedRowBytes;

  SchemaDraft(String tableName) {
    this.tableName = tableName;
  }

  /// One column as declared.
  private static final class ColumnDraft {
    final String name;
    final ColumnType type;
    final int precision;
    final int scale;
    boolean nullable;
    boolean autoIncrement;
    @Nullable Integer maxLength;

    ColumnDraft(String name, ColumnType type, int precision, int scale) {
      this.name = name;
      this.type = type;
      this.precision = precision;
      this.scale = scale;
    }
  }

  void add(String name, ColumnType type, int precision, int scale) {
    columns.add(
        new ColumnDraft(
            Objects.requireNonNull(name, "columnName"),
            Objects.requireNonNull(type, "type"),
            precision,
            scale));
  }

  void nullable() {
    ColumnDraft column = last("nullable()");
    if (column != null) {
      column.nullable = true;
    }
  }

  void maxLength(int bytes) {
    ColumnDraft column = last("maxLength(" + bytes + ")");
    if (column != null) {
      column.maxLength = bytes;
    }
  }

  void autoIncrement() {
    ColumnDraft column = last("autoIncrement()");
    if (column != null) {
      column.autoIncrement = true;
    }
  }

  private @Nullable ColumnDraft last(String declaration) {
    if (columns.isEmpty()) {
      problems.add(declaration + " stands before the first column");
      return null;
    }
    return columns.getLast();
  }

  void primaryKey(String... names) {
    if (primaryKey != null) {
      problems.add("the primary key is declared twice");
    }
    primaryKey = names.clone();
  }

  void partitionKey(String... names) {
    if (partitionKey != null) {
      problems.add("the partition key is declared twice");
    }
    partitionKey = names.clone();
  }

  void expectedRowBytes(int bytes) {
    if (bytes < 1) {
      problems.add("expectedRowBytes is " + bytes + ", expected 1 or more");
    }
    expectedRowBytes = bytes;
  }

  /// Checks everything and makes the schema. The draft can be built again.
  TableSchema build(int version) {
    List<String> found = new ArrayList<>(problems);
    checkName("the table", tableName, found);
    Map<String, Integer> ordinals = checkColumns(found);
    int[] key = keyOrdinals("primary", primaryKey, ordinals, found);
    int[] partition = keyOrdinals("partition", partitionKey, ordinals, found);
    checkKeys(key, partition, found);
    checkAutoIncrement(key, found);
    checkSize(key, found);
    if (!found.isEmpty()) {
      throw new InvalidSchemaException(tableName, found);
    }
    List<Column> made = new ArrayList<>(columns.size());
    for (int ordinal = 0; ordinal < columns.size(); ordinal++) {
      made.add(make(columns.get(ordinal), ordinal, contains(key, ordinal)));
    }
    Column hidden = null;
    if (primaryKey == null) {
      hidden = hiddenKey(columns.size());
      key = new int[] {columns.size()};
    }
    return new TableSchema(
        tableName,
        version,
        made,
        hidden,
        key,
        partitionKey == null ? key : partition,
        expectedRowBytes);
  }

  private static Column make(ColumnDraft draft, int ordinal, boolean inKey) {
    return new Column(
        draft.name,
        draft.type,
        ordinal,
        draft.nullable,
        maxLengthOf(draft, inKey),
        draft.precision,
        draft.scale,
        draft.autoIncrement,
        false);
  }

  private static Column hiddenKey(int ordinal) {
    return new Column(
        TableSchema.HIDDEN_KEY_NAME, ColumnType.BIGINT, ordinal, false, 0, 0, 0, true, true);
  }

  private static int maxLengthOf(ColumnDraft column, boolean inKey) {
    if (!column.type.isVariableLength()) {
      return 0;
    }
    if (column.maxLength != null) {
      return column.maxLength;
    }
    return inKey ? TableSchema.DEFAULT_KEY_VALUE_BYTES : TableSchema.MAX_VALUE_BYTES;
  }

  private static void checkName(String what, String name, List<String> found) {
    if (name.isEmpty()) {
      found.add("the name of " + what + " is empty");
      return;
    }
    try {
      int bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name)).remaining();
      if (bytes > TableSchema.MAX_NAME_BYTES) {
        found.add(
            "the name of "
                + what
                + " has "
                + bytes
                + " bytes, expected at most "
                + TableSchema.MAX_NAME_BYTES);
      }
    } catch (CharacterCodingException unpairedSurrogate) {
      found.add("the name of " + what + " has an unpaired surrogate");
    }
    if (name.chars().anyMatch(Character::isISOControl)) {
      found.add("the name of " + what + " has a control character");
    }
  }

  private Map<String, Integer> checkColumns(List<String> found) {
    if (columns.isEmpty()) {
      found.add("there are no columns, expected 1 to " + TableSchema.MAX_COLUMNS);
    }
    if (columns.size() > TableSchema.MAX_COLUMNS) {
      found.add(
          "there are " + columns.size() + " columns, expected at most " + TableSchema.MAX_COLUMNS);
    }
    Map<String, Integer> ordinals = new HashMap<>();
    for (int ordinal = 0; ordinal < columns.size(); ordinal++) {
      ColumnDraft column = columns.get(ordinal);
      checkName("column number " + ordinal, column.name, found);
      if (column.name.equals(TableSchema.HIDDEN_KEY_NAME)) {
        found.add("column '" + column.name + "': the name is reserved for hidden keys");
      }
      if (ordinals.putIfAbsent(column.name, ordinal) != null && !column.name.isEmpty()) {
        found.add("column '" + column.name + "' is declared twice");
      }
      checkType(column, found);
    }
    return ordinals;
  }

  private static void checkType(ColumnDraft column, List<String> found) {
    String where = "column '" + column.name + "': ";
    if (column.type == ColumnType.DECIMAL) {
      if (column.precision < 1 || column.precision > TableSchema.MAX_PRECISION) {
        found.add(
            where
                + "the precision is "
                + column.precision
                + ", expected 1 to "
                + TableSchema.MAX_PRECISION
                + " (declare it with decimal(name, precision, scale))");
      } else if (column.scale < 0 || column.scale > column.precision) {
        found.add(
            where
                + "the scale is "
                + column.scale
                + ", expected 0 to the precision, "
                + column.precision);
      }
    }
    if (column.maxLength == null) {
      return;
    }
    if (!column.type.isVariableLength()) {
      found.add(where + "maxLength is declared, and " + column.type + " has a fixed length");
    } else if (column.maxLength < 1 || column.maxLength > TableSchema.MAX_VALUE_BYTES) {
      found.add(
          where
              + "maxLength is "
              + column.maxLength
              + ", expected 1 to "
              + TableSchema.MAX_VALUE_BYTES);
    }
  }

  /// The ordinals of a key's columns, leaving out those that do not exist or come again.
  private static int[] keyOrdinals(
      String kind, String @Nullable [] names, Map<String, Integer> ordinals, List<String> found) {
    if (names == null) {
      return new int[0];
    }
    if (names.length == 0) {
      found.add("the " + kind + " key is declared without a column, expected at least one");
    }
    int[] key = new int[names.length];
    int count = 0;
    for (String name : names) {
      Integer ordinal = ordinals.get(name);
      if (ordinal == null) {
        found.add("the " + kind + " key names column '" + name + "', which is not declared");
      } else if (contains(Arrays.copyOf(key, count), ordinal)) {
        found.add("the " + kind + " key names column '" + name + "' twice");
      } else {
        key[count++] = ordinal;
      }
    }
    return Arrays.copyOf(key, count);
  }

  private void checkKeys(int[] key, int[] partition, List<String> found) {
    if (key.length > TableSchema.MAX_KEY_COLUMNS) {
      found.add(
          "the primary key has "
              + key.length
              + " columns, expected at most "
              + TableSchema.MAX_KEY_COLUMNS);
    }
    for (int ordinal : key) {
      if (columns.get(ordinal).nullable) {
        found.add(
            "column '"
                + columns.get(ordinal).name
                + "' of the primary key is nullable, and keys are NOT NULL");
      }
    }
    if (partitionKey != null && primaryKey == null) {
      found.add("a partition key is declared without a primary key, of which it is a subset");
      return;
    }
    for (int ordinal : partition) {
      if (!contains(key, ordinal)) {
        found.add(
            "the partition key names column '"
                + columns.get(ordinal).name
                + "', which is not in the primary key");
      }
    }
  }

  private void checkAutoIncrement(int[] key, List<String> found) {
    int count = 0;
    for (int ordinal = 0; ordinal < columns.size(); ordinal++) {
      ColumnDraft column = columns.get(ordinal);
      if (!column.autoIncrement) {
        continue;
      }
      count++;
      String where = "column '" + column.name + "': auto-increment is for ";
      if (column.type != ColumnType.INT && column.type != ColumnType.BIGINT) {
        found.add(where + "INT and BIGINT, and this is " + column.type);
      }
      if (!contains(key, ordinal)) {
        found.add(where + "columns of the primary key");
      }
    }
    if (count > 1) {
      found.add(count + " columns are auto-increment, expected at most one");
    }
  }

  private void checkSize(int[] key, List<String> found) {
    long keyBytes = 0;
    long inlineBytes = 16L + columns.size() / 8;
    for (int ordinal = 0; ordinal < columns.size(); ordinal++) {
      ColumnDraft column = columns.get(ordinal);
      boolean inKey = contains(key, ordinal);
      long bytes;
      if (column.type.isVariableLength()) {
        long longest = Math.max(0, maxLengthOf(column, inKey));
        bytes = 2L + (inKey ? longest : Math.min(longest, OVERFLOW_POINTER_BYTES));
      } else {
        bytes = make(column, ordinal, inKey).fixedBytes();
      }
      inlineBytes += bytes;
      keyBytes += inKey ? bytes : 0;
    }
    if (keyBytes > TableSchema.MAX_KEY_BYTES) {
      found.add(
          "the primary key can have "
              + keyBytes
              + " bytes, expected at most "
              + TableSchema.MAX_KEY_BYTES
              + " (declare a smaller maxLength for its columns)");
    }
    if (inlineBytes > TableSchema.MAX_INLINE_BYTES) {
      found.add(
          "a row can need "
              + inlineBytes
              + " bytes in its page even with its large values stored elsewhere, expected at most "
              + TableSchema.MAX_INLINE_BYTES
              + " (declare fewer columns)");
    }
  }

  private static boolean contains(int[] ordinals, int ordinal) {
    for (int each : ordinals) {
      if (each == ordinal) {
        return true;
      }
    }
    return false;
  }
}
