/// The write-ahead log. Knows records, log positions and durability.
@SuppressWarnings("module") // the module it exports to is built after it
module org.basaltdb.wal {
  requires org.basaltdb.offheap;
  requires static org.jspecify;
}
