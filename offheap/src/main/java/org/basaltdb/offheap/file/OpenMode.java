package org.basaltdb.offheap.file;

/// Whether opening a file makes it.
public enum OpenMode {
  /// The file must not exist yet and is made, empty.
  CREATE_NEW,
  /// The file must exist.
  OPEN_EXISTING
}
