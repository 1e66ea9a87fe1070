package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.basaltdb.offheap.posix.Posix;

/// The files of the engine. Everything that is durable passes through here, so that a test can lay
/// faults under it.
///
/// Thread rules: any thread may call any method at any time. An interrupt stops no operation and
/// stays set.
public interface FileLayer {
  /// Opens a file for reading and writing.
  ///
  /// A file that was made is certain to be found after a power cut only once [#syncDirectory] was
  /// called on its directory.
  ///
  /// @param direct whether to bypass the page cache; where the file system refuses, the file is
  ///   buffered, says so by [DataFile#direct] and in the list of degradations
  /// @throws java.nio.file.FileAlreadyExistsException if `mode` is [OpenMode#CREATE_NEW] and there
  ///   is one
  /// @throws java.nio.file.NoSuchFileException if `mode` is [OpenMode#OPEN_EXISTING] and there is
  ///   none
  DataFile open(Path path, OpenMode mode, boolean direct) throws IOException;

  /// Makes the entries of `directory` durable: files made, renamed and deleted there before the
  /// call.
  void syncDirectory(Path directory) throws IOException;

  /// Moves `from` over `to` in one step: whoever looks finds the old file or the new. Durable after
  /// [#syncDirectory].
  void rename(Path from, Path to) throws IOException;

  /// Deletes a file.
  ///
  /// @throws java.nio.file.NoSuchFileException if there is none
  void delete(Path path) throws IOException;

  /// The entries of `directory`, as paths that begin with it, in the order of their names.
  ///
  /// @throws java.nio.file.NoSuchFileException if there is no such directory
  List<Path> list(Path directory) throws IOException;

  /// The size of a file in bytes.
  ///
  /// @throws java.nio.file.NoSuchFileException if there is none
  long size(Path path) throws IOException;

  /// Makes `directory` and those above it that are missing.
  void createDirectories(Path directory) throws IOException;

  /// Whether there is a file or directory at `path`.
  boolean exists(Path path);

  /// The files of the machine: through system calls where they are available, else through the JDK
  /// alone.
  static FileLayer system() {
    return Posix.available() ? new NativeFiles(Posix.calls()) : new PortableFiles();
  }
}
