/// Memory, files, system calls, and the page and index structures over raw bytes. Knows bytes,
/// addresses and pages; its packages are open to the modules of the engine only. The one module
/// that needs `--enable-native-access`.
@SuppressWarnings("module") // the modules it exports to are built after it
module org.basaltdb.offheap {
  requires static org.jspecify;

  exports org.basaltdb.offheap.epoch to
      org.basaltdb.core,
      org.basaltdb.wal;
  exports org.basaltdb.offheap.file to
      org.basaltdb.core,
      org.basaltdb.wal;
  exports org.basaltdb.offheap.file.fault to
      org.basaltdb.core,
      org.basaltdb.wal;
  exports org.basaltdb.offheap.hash to
      org.basaltdb.core;
  exports org.basaltdb.offheap.memory to
      org.basaltdb.core,
      org.basaltdb.wal;
  exports org.basaltdb.offheap.page to
      org.basaltdb.core;
  exports org.basaltdb.offheap.posix to
      org.basaltdb.core,
      org.basaltdb.wal;
}
