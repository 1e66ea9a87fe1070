/// The write-ahead log. Knows records, log positions and durability. Exported to everybody for the
/// sake of `Durability`, which is part of the engine's API; a log can be opened only by a module
/// that reads `org.basaltdb.offheap`.
module org.basaltdb.wal {
  exports org.basaltdb.wal;

  requires org.basaltdb.offheap;
  requires static org.jspecify;
}
