package org.basaltdb.stress.crash;

import java.util.List;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// The tables that the load writes to as long as a database lives, and how much of it each of them
/// gets.
enum LoadTable {
  /// Whatever the writer's own: rows with the strongest promise.
  SYNC_LONG(Shape.LONG, Durability.SYNC),
  /// As above with a key of two columns.
  SYNC_TEXT(Shape.TEXT, Durability.SYNC),
  /// Numbered by the engine.
  SYNC_NUMBERED(Shape.NUMBERED, Durability.SYNC),
  /// Written by all at the same keys.
  SYNC_SHARED(Shape.LONG, Durability.SYNC),
  /// Promised after the interval.
  INTERVAL_LONG(Shape.LONG, Durability.INTERVAL),
  /// Promised nothing but wholeness and order.
  NONE_LONG(Shape.LONG, Durability.NONE),
  /// As above with a key of two columns.
  NONE_TEXT(Shape.TEXT, Durability.NONE);

  private static final List<LoadTable> ALL = List.of(values());

  private final Shape shape;
  private final Durability durability;

  LoadTable(Shape shape, Durability durability) {
    this.shape = shape;
    this.durability = durability;
  }

  Shape shape() {
    return shape;
  }

  Durability durability() {
    return durability;
  }

  /// How the writes of a round are spread.
  enum Mixture {
    /// Over all tables, most with `SYNC`; tables come and go.
    EVERYTHING(true),
    /// Over the tables with `SYNC`; tables come and go.
    SYNC(true),
    /// Nothing makes the log go to disk but the interval.
    INTERVAL(false),
    /// Nothing makes the log go to disk.
    NONE(false);

    private final boolean createsTables;

    Mixture(boolean createsTables) {
      this.createsTables = createsTables;
    }

    /// Whether tables are created and dropped meanwhile.
    boolean createsTables() {
      return createsTables;
    }

    /// The table that gets a write.
    ///
    /// @param draw 0 to 99
    /// @return null for a table that comes and goes, where there are such
    @Nullable LoadTable pick(int draw) {
      return switch (this) {
        case EVERYTHING -> pick(draw, 30, 15, 10, 10, 10, 10, 5);
        case SYNC -> pick(draw, 40, 20, 15, 15);
        case INTERVAL -> pick(draw, 0, 0, 0, 0, 70, 20, 10);
        case NONE -> pick(draw, 0, 0, 0, 0, 0, 60, 40);
      };
    }

    /// @param percents of the tables in the order in which they are declared
    private static @Nullable LoadTable pick(int draw, int... percents) {
      int rest = draw;
      for (int i = 0; i < percents.length; i++) {
        rest -= percents[i];
        if (rest < 0) {
          return ALL.get(i);
        }
      }
      return null;
    }
  }
}
