package org.basaltdb.core.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Objects;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.error.UnknownColumnException;
import org.junit.jupiter.api.Test;

/// What a schema says, and everything that makes it invalid.
class TableSchemaTest {
  private static List<String> problems(TableSchema.Builder builder) {
    InvalidSchemaException refused =
        Objects.requireNonNull(
            catchThrowableOfType(InvalidSchemaException.class, builder::build), "was accepted");
    assertThat(refused).hasMessageContaining("'" + refused.table() + "'");
    refused.problems().forEach(problem -> assertThat(refused).hasMessageContaining(problem));
    return refused.problems();
  }

  private static void assertProblem(TableSchema.Builder builder, String problem) {
    assertThat(problems(builder)).singleElement().asString().contains(problem);
  }

  private static TableSchema.Builder keyed() {
    return TableSchema.builder("t").column("id", ColumnType.BIGINT).primaryKey("id");
  }

  @Test
  void declaresColumnsAndKeys() {
    TableSchema schema =
        TableSchema.builder("orders")
            .column("customer", ColumnType.INT)
            .column("number", ColumnType.BIGINT)
            .autoIncrement()
            .column("note", ColumnType.VARCHAR)
            .maxLength(100)
            .nullable()
            .decimal("price", 20, 2)
            .primaryKey("customer", "number")
            .partitionKey("customer")
            .expectedRowBytes(60)
            .build();
    assertThat(schema.name()).isEqualTo("orders");
    assertThat(schema.version()).isEqualTo(1);
    assertThat(schema.columns()).hasSize(4).isEqualTo(schema.storedColumns());
    assertThat(schema.keyColumnNames()).containsExactly("customer", "number");
    assertThat(schema.partitionKeyColumn(0).name()).isEqualTo("customer");
    assertThat(schema.partitionedByPrimaryKey()).isFalse();
    assertThat(schema.hiddenKey()).isFalse();
    assertThat(schema.autoIncrementOrdinal()).isEqualTo(1);
    assertThat(schema.expectedRowBytes()).isEqualTo(60);
    assertThat(schema.column("note").maxLength()).isEqualTo(100);
    assertThat(schema.column("note").nullable()).isTrue();
    assertThat(schema.column(3).fixedBytes()).isEqualTo(16);
    assertThat(schema)
        .hasToString(
            "TABLE orders (customer INT NOT NULL, number BIGINT NOT NULL AUTO_INCREMENT,"
                + " note VARCHAR(100), price DECIMAL(20,2) NOT NULL,"
                + " PRIMARY KEY (customer, number), PARTITION KEY (customer))");
  }

  @Test
  void tablesWithoutAKeyGetAHiddenOne() {
    TableSchema schema = TableSchema.builder("log").column("line", ColumnType.VARCHAR).build();
    assertThat(schema.hiddenKey()).isTrue();
    assertThat(schema.columns()).hasSize(1);
    assertThat(schema.storedColumns()).hasSize(2);
    assertThat(schema.keyColumn(0).name()).isEqualTo(TableSchema.HIDDEN_KEY_NAME);
    assertThat(schema.keyColumn(0).hidden()).isTrue();
    assertThat(schema.autoIncrementOrdinal()).isEqualTo(1);
    assertThat(schema.partitionedByPrimaryKey()).isTrue();
    assertThat(schema.hasColumn("_rowid")).isTrue();
  }

  @Test
  void lengthsDefaultByUse() {
    TableSchema schema =
        TableSchema.builder("t")
            .column("key", ColumnType.VARCHAR)
            .column("value", ColumnType.VARBINARY)
            .primaryKey("key")
            .build();
    assertThat(schema.column("key").maxLength()).isEqualTo(255);
    assertThat(schema.column("value").maxLength()).isEqualTo(16 << 20);
  }

  @Test
  void unknownColumnsAreNamed() {
    TableSchema schema = keyed().build();
    assertThatThrownBy(() -> schema.ordinalOf("Id"))
        .isInstanceOf(UnknownColumnException.class)
        .hasMessageContaining("'Id'")
        .hasMessageContaining("one of: id");
    assertThatThrownBy(() -> schema.column(1))
        .isInstanceOf(UnknownColumnException.class)
        .hasMessageContaining("number 1");
    assertThatThrownBy(() -> schema.column(-1)).isInstanceOf(UnknownColumnException.class);
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    List<String> problems =
        problems(
            TableSchema.builder("")
                .nullable()
                .column("a", ColumnType.INT)
                .nullable()
                .column("a", ColumnType.DOUBLE)
                .autoIncrement()
                .column("", ColumnType.VARCHAR)
                .maxLength(0)
                .decimal("d", 39, 0)
                .primaryKey("a", "b")
                .partitionKey("d")
                .expectedRowBytes(0));
    assertThat(problems).hasSize(12);
  }

  @Test
  void namesAreCheckedInTheirBytes() {
    assertProblem(TableSchema.builder("t").column("", ColumnType.INT), "column number 0 is empty");
    assertProblem(
        TableSchema.builder("t").column("x".repeat(129), ColumnType.INT), "has 129 bytes");
    assertProblem(TableSchema.builder("é".repeat(65)).column("a", ColumnType.INT), "130 bytes");
    assertProblem(
        TableSchema.builder("t").column("a\nb", ColumnType.INT), "has a control character");
    assertProblem(TableSchema.builder("\ud800").column("a", ColumnType.INT), "surrogate");
    assertProblem(TableSchema.builder("t").column("_rowid", ColumnType.INT), "reserved");
    assertThat(TableSchema.builder("é".repeat(64)).column("a b", ColumnType.INT).build())
        .isNotNull();
  }

  @Test
  void columnsAreLimited() {
    assertProblem(TableSchema.builder("t"), "no columns");
    assertProblem(keyed().column("id", ColumnType.INT), "'id' is declared twice");
    TableSchema.Builder thousand = keyed();
    for (int i = 1; i < 1_000; i++) {
      thousand.column("c" + i, ColumnType.BOOLEAN);
    }
    assertThat(thousand.build().columns()).hasSize(1_000);
    assertProblem(thousand.column("one more", ColumnType.BOOLEAN), "1001 columns");
  }

  @Test
  void lengthsAreLimited() {
    for (int length : new int[] {-1, 0, (16 << 20) + 1}) {
      assertProblem(
          keyed().column("v", ColumnType.VARCHAR).maxLength(length), "maxLength is " + length);
    }
    assertProblem(keyed().column("v", ColumnType.INT).maxLength(4), "has a fixed length");
    assertThat(keyed().column("v", ColumnType.VARBINARY).maxLength(16 << 20).build().column("v"))
        .hasToString("v VARBINARY(16777216) NOT NULL");
  }

  @Test
  void decimalsAreLimited() {
    assertProblem(keyed().decimal("d", 0, 0), "precision is 0");
    assertProblem(keyed().decimal("d", 39, 0), "precision is 39");
    assertProblem(keyed().decimal("d", 5, 6), "scale is 6");
    assertProblem(keyed().decimal("d", 5, -1), "scale is -1");
    assertProblem(keyed().column("d", ColumnType.DECIMAL), "decimal(name, precision, scale)");
    assertThat(keyed().decimal("d", 38, 38).build().column("d").fixedBytes()).isEqualTo(16);
    assertThat(keyed().decimal("d", 18, 0).build().column("d").fixedBytes()).isEqualTo(8);
  }

  @Test
  void keysAreChecked() {
    TableSchema.Builder two =
        TableSchema.builder("t").column("a", ColumnType.INT).column("b", ColumnType.INT);
    assertProblem(two.primaryKey("c"), "'c', which is not declared");
    assertProblem(
        TableSchema.builder("t").column("a", ColumnType.INT).nullable().primaryKey("a"),
        "'a' of the primary key is nullable");
    assertProblem(
        TableSchema.builder("t").column("a", ColumnType.INT).primaryKey("a", "a"), "'a' twice");
    assertProblem(
        TableSchema.builder("t").column("a", ColumnType.INT).primaryKey(), "without a column");
    assertProblem(keyed().primaryKey("id"), "declared twice");
    assertProblem(keyed().column("x", ColumnType.INT).partitionKey("x"), "'x', which is not in");
    assertProblem(keyed().partitionKey("y"), "'y', which is not declared");
    assertProblem(keyed().partitionKey(), "without a column");
    assertProblem(
        TableSchema.builder("t").column("a", ColumnType.INT).partitionKey("a"),
        "without a primary key");
    assertProblem(
        TableSchema.builder("t").column("a", ColumnType.VARCHAR).maxLength(2_047).primaryKey("a"),
        "2049 bytes, expected at most 2048");
    TableSchema.Builder many = TableSchema.builder("t");
    String[] names = new String[33];
    for (int i = 0; i < names.length; i++) {
      names[i] = "c" + i;
      many.column(names[i], ColumnType.INT);
    }
    assertProblem(many.primaryKey(names), "33 columns, expected at most 32");
  }

  @Test
  void floatsMayBeKeys() {
    assertThat(
            TableSchema.builder("t")
                .column("f", ColumnType.FLOAT)
                .column("d", ColumnType.DOUBLE)
                .primaryKey("f", "d")
                .build()
                .keyColumnCount())
        .isEqualTo(2);
  }

  @Test
  void autoIncrementIsForOneIntegerOfTheKey() {
    assertProblem(
        TableSchema.builder("t").column("a", ColumnType.DATE).autoIncrement().primaryKey("a"),
        "INT and BIGINT, and this is DATE");
    assertProblem(
        keyed().column("b", ColumnType.INT).autoIncrement(), "columns of the primary key");
    assertProblem(
        TableSchema.builder("t")
            .column("a", ColumnType.INT)
            .autoIncrement()
            .column("b", ColumnType.BIGINT)
            .autoIncrement()
            .primaryKey("a", "b"),
        "2 columns are auto-increment");
  }

  @Test
  void declarationsBeforeAColumnAreRefused() {
    assertThat(
            problems(
                TableSchema.builder("t").maxLength(3).autoIncrement().column("a", ColumnType.INT)))
        .containsExactly(
            "maxLength(3) stands before the first column",
            "autoIncrement() stands before the first column");
  }

  @Test
  void hintsArePositive() {
    assertProblem(keyed().expectedRowBytes(-5), "expectedRowBytes is -5");
  }

  @Test
  void rowsThatNoPageCouldHoldAreRefused() {
    TableSchema.Builder builder = keyed();
    for (int i = 0; i < 480; i++) {
      builder.decimal("c" + i, 38, 0);
    }
    assertThat(problems(builder)).singleElement().asString().contains("expected at most 7600");
  }
}
