package org.basaltdb.core.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CorruptCatalogException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.row.RandomRows;
import org.junit.jupiter.api.Test;

/// The stored form of schemas: it comes back the same, and damage is named.
class SchemaImageTest {
  @Test
  void whatIsWrittenIsRead() {
    for (int seed = 0; seed < 2_000; seed++) {
      TableSchema schema = new RandomRows(seed).schema();
      TableSchema read = TableSchema.deserialise(schema.serialise());
      assertThat(read).isEqualTo(schema).hasSameHashCodeAs(schema).hasToString(schema.toString());
      assertThat(read.partitionedByPrimaryKey()).isEqualTo(schema.partitionedByPrimaryKey());
      assertThat(read.serialise()).isEqualTo(schema.serialise());
    }
  }

  private static TableSchema example() {
    return TableSchema.builder("naïve")
        .column("id", ColumnType.BIGINT)
        .autoIncrement()
        .column("text", ColumnType.VARCHAR)
        .nullable()
        .primaryKey("id")
        .build();
  }

  @Test
  void schemasCutShortAreCorrupt() {
    byte[] image = example().serialise();
    for (int length = 0; length < image.length; length++) {
      byte[] cut = Arrays.copyOf(image, length);
      assertThatThrownBy(() -> TableSchema.deserialise(cut, "record 7"))
          .isInstanceOf(CorruptCatalogException.class)
          .hasMessageContaining("record 7");
    }
    byte[] longer = Arrays.copyOf(image, image.length + 1);
    assertThatThrownBy(() -> TableSchema.deserialise(longer))
        .isInstanceOf(CorruptCatalogException.class);
  }

  /// A changed byte is noticed, or it makes another valid schema: checksums are the business of the
  /// record around it.
  @Test
  void damageEndsInANamedFailure() {
    Random random = new Random(3);
    for (int seed = 0; seed < 300; seed++) {
      byte[] image = new RandomRows(seed).schema().serialise();
      for (int i = 0; i < 60; i++) {
        byte[] damaged = image.clone();
        damaged[random.nextInt(random.nextBoolean() ? 40 : image.length) % image.length] ^=
            (byte) (1 << random.nextInt(8));
        try {
          TableSchema.deserialise(damaged).serialise();
        } catch (CorruptCatalogException | NewerFormatException named) {
          assertThat(named).isInstanceOf(BasaltException.class);
        }
      }
    }
  }

  @Test
  void laterFormatsAreRefused() {
    byte[] image = example().serialise();
    image[SchemaImageLayout.FORMAT_VERSION_OFFSET] = 2;
    assertThatThrownBy(() -> TableSchema.deserialise(image, "the catalog"))
        .isInstanceOfSatisfying(
            NewerFormatException.class,
            newer -> {
              assertThat(newer.foundVersion()).isEqualTo(2);
              assertThat(newer.newestVersion()).isEqualTo(1);
              assertThat(newer).hasMessageContaining("the catalog");
            });
  }

  @Test
  void unknownTypesAndFlagsAreCorrupt() {
    int column = SchemaImageLayout.HEADER_BYTES + "naïve".length() + 1;
    byte[] type = example().serialise();
    type[column + SchemaImageLayout.COLUMN_TYPE_OFFSET] = 12;
    assertThatThrownBy(() -> TableSchema.deserialise(type))
        .isInstanceOf(CorruptCatalogException.class)
        .hasMessageContaining("column type 12");
    byte[] flags = example().serialise();
    flags[column + SchemaImageLayout.COLUMN_FLAGS_OFFSET] = 4;
    assertThatThrownBy(() -> TableSchema.deserialise(flags))
        .isInstanceOf(CorruptCatalogException.class)
        .hasMessageContaining("column flags 4");
    byte[] name = example().serialise();
    name[SchemaImageLayout.HEADER_BYTES] = (byte) 0xff;
    assertThatThrownBy(() -> TableSchema.deserialise(name))
        .isInstanceOf(CorruptCatalogException.class)
        .hasMessageContaining("UTF-8");
  }
}
