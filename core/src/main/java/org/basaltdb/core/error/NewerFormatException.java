package org.basaltdb.core.error;

import java.io.Serial;

/// The database was written by a later release, in a format that this one cannot read. Nothing was
/// changed.
public final class NewerFormatException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String where;
  private final int foundVersion;
  private final int newestVersion;

  /// States the failure.
  ///
  /// @param where the file, or the part of it
  /// @param foundVersion the version of the format found
  /// @param newestVersion the newest version that this release reads
  public NewerFormatException(String where, int foundVersion, int newestVersion) {
    super(
        describe(
            "the format is newer than this release",
            "version " + foundVersion,
            "version " + newestVersion + " or older",
            where,
            "open it with the release that wrote it, or a later one"),
        null);
    this.where = where;
    this.foundVersion = foundVersion;
    this.newestVersion = newestVersion;
  }

  /// Returns the file, or the part of it.
  public String where() {
    return where;
  }

  /// Returns the version of the format found.
  public int foundVersion() {
    return foundVersion;
  }

  /// Returns the newest version that this release reads.
  public int newestVersion() {
    return newestVersion;
  }
}
