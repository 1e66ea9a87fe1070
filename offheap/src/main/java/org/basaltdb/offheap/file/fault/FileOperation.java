package org.basaltdb.offheap.file.fault;

/// What a [FaultyFiles] can be told to fail, and counts.
public enum FileOperation {
  /// Opening or making a file.
  OPEN("open"),
  /// Reading.
  READ("read"),
  /// Writing; filling with zeroes is one too.
  WRITE("write"),
  /// Making a file durable.
  SYNC("sync"),
  /// Giving a part of a file back.
  PUNCH_HOLE("punch hole"),
  /// Setting a size.
  TRUNCATE("truncate"),
  /// Renaming.
  RENAME("rename"),
  /// Deleting.
  DELETE("delete"),
  /// Making the entries of a directory durable.
  SYNC_DIRECTORY("sync directory");

  private final String text;

  FileOperation(String text) {
    this.text = text;
  }

  /// The name that messages use.
  String text() {
    return text;
  }
}
