package org.basaltdb.wal;

import java.io.IOException;

/// Receives the records of a log in the order of their LSNs, while the log is opened.
@FunctionalInterface
public interface RecordVisitor {
  /// One record. The payload is readable until the method returns. What it throws ends the open,
  /// which leaves the log as it was.
  ///
  /// @param lsn the record's position
  /// @param type one of [RecordType], never PADDING or GENERATION
  /// @param flags [RecordLayout#COMMIT_FLAG] or none
  /// @param durability what its writer asked for
  /// @param payloadAddress where its payload is, 8-byte aligned
  /// @param payloadBytes the length of the payload
  /// @throws IOException if it cannot be taken
  void record(
      long lsn, byte type, byte flags, Durability durability, long payloadAddress, int payloadBytes)
      throws IOException;

  /// All records were given, and the log is whole. Nothing was written yet.
  ///
  /// @throws IOException if what has to be done first fails: the log is not opened then
  default void replayed() throws IOException {}
}
