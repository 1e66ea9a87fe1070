package org.basaltdb.core.codec;

import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.TableSchema;

/// Where the columns of a key stand in its image, in the order in which the canonical key takes
/// them.
final class KeyPlan {
  private final int[] codes;
  private final int[] offsets;
  private final int variableCount;
  private final int fixedBytes;
  private final int maxImageBytes;
  private final int maxCanonicalBytes;

  /// @param order the columns of the canonical key, as places of the primary key
  private KeyPlan(TableSchema schema, int[] order) {
    int[] keyOffsets = new int[schema.keyColumnCount()];
    int fixed = 0;
    int variable = 0;
    int imageBytes = 0;
    for (int i = 0; i < keyOffsets.length; i++) {
      Column column = schema.keyColumn(i);
      if (column.type().isVariableLength()) {
        keyOffsets[i] = variable++;
        imageBytes += Short.BYTES + column.maxLength();
      } else {
        keyOffsets[i] = fixed;
        fixed += column.fixedBytes();
      }
    }
    this.fixedBytes = fixed;
    this.variableCount = variable;
    this.maxImageBytes = fixed + imageBytes;
    this.codes = new int[order.length];
    this.offsets = new int[order.length];
    int canonicalBytes = 0;
    for (int i = 0; i < order.length; i++) {
      Column column = schema.keyColumn(order[i]);
      codes[i] = FieldCode.of(column) & FieldCode.TYPE_MASK;
      offsets[i] = keyOffsets[order[i]];
      canonicalBytes += column.fixedBytes();
      if (column.type().isVariableLength()) {
        // every byte may need an escape, except in the last column, which is taken as it is
        canonicalBytes += i == order.length - 1 ? column.maxLength() : 2 * column.maxLength() + 2;
      }
    }
    this.maxCanonicalBytes = canonicalBytes;
  }

  static KeyPlan ofPrimaryKey(TableSchema schema) {
    int[] order = new int[schema.keyColumnCount()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    return new KeyPlan(schema, order);
  }

  static KeyPlan ofPartitionKey(TableSchema schema) {
    int[] order = new int[schema.partitionKeyColumnCount()];
    for (int i = 0; i < order.length; i++) {
      while (!schema.keyColumn(order[i]).equals(schema.partitionKeyColumn(i))) {
        order[i]++;
      }
    }
    return new KeyPlan(schema, order);
  }

  /// How many columns the canonical key takes.
  int columnCount() {
    return codes.length;
  }

  /// The [FieldCode] of a column, without its bits.
  int code(int column) {
    return codes[column];
  }

  /// Where a column of fixed length stands in the key image; for the others their place among the
  /// values of variable length.
  int offset(int column) {
    return offsets[column];
  }

  /// Bytes of the fixed columns in the key image.
  int fixedBytes() {
    return fixedBytes;
  }

  /// How many values of variable length the key image has.
  int variableCount() {
    return variableCount;
  }

  int maxImageBytes() {
    return maxImageBytes;
  }

  int maxCanonicalBytes() {
    return maxCanonicalBytes;
  }
}
