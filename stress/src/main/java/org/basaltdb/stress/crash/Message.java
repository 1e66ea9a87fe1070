package org.basaltdb.stress.crash;

/// The lines that a subject writes to its standard output, and the commands it reads from its
/// standard input. Fields are separated by one space and hold none.
///
/// | line | fields | meaning |
/// |---|---|---|
/// | `opening` | | it is about to open the database |
/// | `opened` | milliseconds | it has opened it |
/// | `table` | name, incarnation | found: a table, created by the operation of that version |
/// | `row` | key, version, checksum | found: a row of the table named last |
/// | `dumped` | | it has told all that it found |
/// | `loading` | | its writers start |
/// | `begin` | version, durability, removes (0 or 1), incarnation, key, checksum | an operation on a row starts; the key is `?` if the engine is going to number the row |
/// | `begin-table` | version, removes (0 or 1), name | a table is going to be created or dropped |
/// | `ack` | version, and the key if it was `?` | the engine has returned: the operation took effect |
/// | `shown` | incarnation, key, version | a reader got this row |
/// | `wrong` | fault, text (spaces allowed) | it saw a fault itself |
/// | `closed` | | it has closed the database |
///
/// | command | fields |
/// |---|---|
/// | `open` | directory, then options as `name=value` |
/// | `dump` | |
/// | `load` | seed, thread count, first version, mixture, whether to break the promise (see [Settings]) |
/// | `close` | |
final class Message {
  static final String OPENING = "opening";
  static final String OPENED = "opened";
  static final String TABLE = "table";
  static final String ROW = "row";
  static final String DUMPED = "dumped";
  static final String LOADING = "loading";
  static final String BEGIN = "begin";
  static final String BEGIN_TABLE = "begin-table";
  static final String ACK = "ack";
  static final String SHOWN = "shown";
  static final String WRONG = "wrong";
  static final String CLOSED = "closed";

  static final String OPEN = "open";
  static final String DUMP = "dump";
  static final String LOAD = "load";
  static final String CLOSE = "close";

  /// The key of a row that the engine is going to number.
  static final String NUMBERED = "?";

  /// A pipe takes a write of up to this many bytes as a whole (POSIX), so lines of several threads
  /// do not mix and a killed process leaves no half of one.
  static final int MAX_BYTES = 4_096;

  private Message() {}
}
