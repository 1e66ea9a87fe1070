package org.basaltdb.offheap.posix;

/// The system calls of the engine. [Posix#calls] makes them for real; a test puts its own in their
/// place to record arguments or to inject errors.
///
/// Every method returns zero or a positive result, or the negated error number ([Errno]) when the
/// call failed. None throws for a failed call, none repeats a call that a signal interrupted, and
/// none allocates once its thread has called one before, except the ones that take a path.
/// Addresses and lengths are in bytes.
///
/// Thread rules: callable from any thread. A call that blocks holds its carrier when made on a
/// virtual thread.
public interface SystemCalls {
  /// Memory protection: no access.
  int PROT_NONE = 0;

  /// Memory protection: reading and writing.
  int PROT_READ_WRITE = 3;

  /// A mapping of this process alone, of zeroes, without a promise that memory is there for all of
  /// it (`MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE`).
  int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;

  /// Advice: drop the contents; the next access finds zeroes.
  int MADV_DONTNEED = 4;

  /// Advice: a forked child does not get the range.
  int MADV_DONTFORK = 10;

  /// Advice: use huge pages.
  int MADV_HUGEPAGE = 14;

  /// Memory policy: allocate on the given node, elsewhere only when it is full.
  int MPOL_PREFERRED = 1;

  /// `open`: reading only.
  int O_RDONLY = 0;

  /// `open`: reading and writing.
  int O_RDWR = 2;

  /// `open`: make the file if it is missing.
  int O_CREAT = 0x40;

  /// `open`: fail if the file is there.
  int O_EXCL = 0x80;

  /// `open`: a program started by this process does not inherit the file.
  int O_CLOEXEC = 0x80000;

  /// `fallocate`: keep the size of the file.
  int FALLOC_FL_KEEP_SIZE = 1;

  /// `fallocate`: give the range back to the file system; it reads as zeroes. Needs
  /// [#FALLOC_FL_KEEP_SIZE].
  int FALLOC_FL_PUNCH_HOLE = 2;

  /// Maps `length` bytes of zeroes at an address of the kernel's choice.
  ///
  /// @return the address, a multiple of the page size
  long mmap(long length, int protection, int flags);

  /// Unmaps a range.
  long munmap(long address, long length);

  /// Changes the protection of a range.
  long mprotect(long address, long length, int protection);

  /// Gives advice about a range.
  long madvise(long address, long length, int advice);

  /// Sets the NUMA policy of a range.
  ///
  /// @param maskAddress the node mask: bit n of its words is node n
  /// @param maxNode the number of bits in the mask plus one (the kernel subtracts one)
  long mbind(long address, long length, int policy, long maskAddress, long maxNode, int flags);

  /// Opens a file. [#O_EXCL] and the like are combined with `|`.
  ///
  /// @param mode the permissions of a file that is made
  /// @return the descriptor
  long open(String path, int flags, int mode);

  /// Closes a descriptor. The descriptor is gone whatever the result.
  long close(int descriptor);

  /// Turns direct I/O on for a descriptor that was opened with [#O_RDWR].
  ///
  /// @return `-EINVAL` where the file system refuses
  long setDirect(int descriptor);

  /// Takes an exclusive lock on a whole file, for as long as the opened file that the descriptor
  /// stands for is open (`F_OFD_SETLK`). Other than the lock of a process it does not end when the
  /// process closes some other descriptor of the file, and it keeps out a second opener in the same
  /// process, too. Does not wait.
  ///
  /// @return `-EAGAIN` or `-EACCES` if somebody else has a lock on the file; `-EINVAL` where the
  ///   kernel has no such locks
  long lockFile(int descriptor);

  /// Reads up to `length` bytes at `offset`.
  ///
  /// @return how many were read; 0 at the end of the file
  long pread(int descriptor, long address, long length, long offset);

  /// Writes up to `length` bytes at `offset`.
  ///
  /// @return how many were written
  long pwrite(int descriptor, long address, long length, long offset);

  /// Makes data and size durable.
  long fdatasync(int descriptor);

  /// Makes data and all metadata durable.
  long fsync(int descriptor);

  /// Allocates or frees a range of a file, after `mode`.
  long fallocate(int descriptor, int mode, long offset, long length);

  /// Sets the size of a file.
  long ftruncate(int descriptor, long length);

  /// The size of a file, found by seeking to its end; the engine uses no file positions.
  long size(int descriptor);

  /// The `membarrier` call.
  long membarrier(int command, int flags);

  /// Restricts the calling thread to the processors of a mask.
  long schedSetAffinity(long maskBytes, long maskAddress);

  /// Reads the processors the calling thread may run on.
  ///
  /// @return how many bytes of the mask were filled
  long schedGetAffinity(long maskBytes, long maskAddress);
}
