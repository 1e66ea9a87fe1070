package org.basaltdb.wal;

/// What a log record is, as the byte that stands in its header. Zero is none.
public final class RecordType {
  /// One or more changed rows of one commit that names no transaction.
  public static final byte MUTATION = 1;

  /// The write set of a transaction, or one frame of it: the transaction happened if and only if
  /// its frames up to the one that carries [RecordLayout#COMMIT_FLAG] are all there.
  public static final byte TRANSACTION = 2;

  /// A change of the schema; a barrier in replay (LOG-6).
  public static final byte DDL = 3;

  /// A transaction that is ready to commit and waits for a decision made elsewhere.
  public static final byte PREPARE = 4;

  /// The decision to commit a prepared transaction.
  public static final byte COMMIT = 5;

  /// The decision to abort a prepared transaction.
  public static final byte ABORT = 6;

  /// Fills space; tells how far the log was synced when it was written ([PaddingLayout]). Never
  /// replayed.
  public static final byte PADDING = 7;

  /// The first record of a log generation ([GenerationLayout]). Never replayed.
  public static final byte GENERATION = 8;

  private RecordType() {}

  /// Whether records of this type are handed to a [RecordVisitor].
  static boolean isReplayed(byte type) {
    return type >= MUTATION && type <= ABORT;
  }

  /// Whether this version of the log knows the type.
  static boolean isKnown(byte type) {
    return type >= MUTATION && type <= GENERATION;
  }
}
