package org.basaltdb.offheap.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;

/// An open file that is read and written at positions, from and to native memory.
///
/// A file opened for direct I/O ([FileLayer#open]) takes only addresses, lengths and offsets that
/// are multiples of [#DIRECT_ALIGNMENT_BYTES], also where the file system refused direct I/O and
/// the file is buffered; so code that is wrong is wrong everywhere.
///
/// Every method either did the whole of its work or throws. An [IOException] names the operation,
/// the file, the offset and the system's error; where the system gave an error number it is a
/// [FileErrorException]. After one from [#write], [#zeroFill] or [#sync] nothing may be assumed
/// about what was written since the last successful [#sync]; a failed sync is final, for a later
/// one would succeed without having written.
///
/// Thread rules: any thread may call any method at any time; reads and writes of overlapping ranges
/// are not ordered against each other. An interrupt neither stops an operation nor harms the file,
/// and stays set. [#close] waits for nobody: the file closes when the last operation inside has
/// left, and operations that come later throw [IllegalStateException].
public interface DataFile extends AutoCloseable {
  /// What addresses, lengths and offsets of direct I/O are multiples of.
  int DIRECT_ALIGNMENT_BYTES = 4096;

  /// Reads `length` bytes at `offset` to `address`.
  ///
  /// @throws EOFException if the file ends before `offset + length`; what was read until there is
  ///   at `address`
  /// @throws IOException if the system fails the read
  /// @throws IllegalArgumentException if `length` or `offset` is negative, or misaligned for direct
  ///   I/O
  void read(long address, int length, long offset) throws IOException;

  /// Writes `length` bytes from `address` at `offset`; the file grows when needed. Durable only
  /// after [#sync].
  ///
  /// @throws IOException if the system fails the write; any part of the range may have been written
  /// @throws IllegalArgumentException if `length` or `offset` is negative, or misaligned for direct
  ///   I/O
  void write(long address, int length, long offset) throws IOException;

  /// Makes everything written before the call durable, and the file's size (`fdatasync`).
  ///
  /// @throws IOException if the system fails it: final, see above
  void sync() throws IOException;

  /// Sets the size to `sizeBytes`; bytes past it are lost, a growing file is extended by zeroes
  /// that occupy nothing.
  void truncate(long sizeBytes) throws IOException;

  /// Writes zeroes over `[from, to)`, so that the range is allocated on the device and a later
  /// overwrite plus [#sync] changes no metadata. Not durable before [#sync].
  ///
  /// @throws IllegalArgumentException if the range is not one, or misaligned for direct I/O
  void zeroFill(long from, long to) throws IOException;

  /// Gives `[from, to)` back to the file system: it occupies nothing, and reads as zeroes. The size
  /// stays as it is. Not durable before [#sync].
  ///
  /// @return false if there is no such call, in portable mode or in this file system; then nothing
  ///   was done
  /// @throws IOException if the system fails it; any part of the range may have been given back
  /// @throws IllegalArgumentException if the range is not one, or misaligned for direct I/O
  boolean punchHole(long from, long to) throws IOException;

  /// The file's size in bytes now.
  long size() throws IOException;

  /// Whether reads and writes bypass the page cache: asked for at open and granted by the file
  /// system.
  boolean direct();

  /// The path the file was opened by.
  Path path();

  /// Closes the file; again does nothing. Makes nothing durable.
  @Override
  void close() throws IOException;
}
