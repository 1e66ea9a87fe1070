package org.basaltdb.offheap.posix;

/// System calls that pass everything on; a test overrides what it wants to see or to fail.
public class DelegatingCalls implements SystemCalls {
  private final SystemCalls calls;

  /// @param calls who makes the calls
  public DelegatingCalls(SystemCalls calls) {
    this.calls = calls;
  }

  @Override
  public long mmap(long length, int protection, int flags) {
    return calls.mmap(length, protection, flags);
  }

  @Override
  public long munmap(long address, long length) {
    return calls.munmap(address, length);
  }

  @Override
  public long mprotect(long address, long length, int protection) {
    return calls.mprotect(address, length, protection);
  }

  @Override
  public long madvise(long address, long length, int advice) {
    return calls.madvise(address, length, advice);
  }

  @Override
  public long mbind(
      long address, long length, int policy, long maskAddress, long maxNode, int flags) {
    return calls.mbind(address, length, policy, maskAddress, maxNode, flags);
  }

  @Override
  public long open(String path, int flags, int mode) {
    return calls.open(path, flags, mode);
  }

  @Override
  public long close(int descriptor) {
    return calls.close(descriptor);
  }

  @Override
  public long setDirect(int descriptor) {
    return calls.setDirect(descriptor);
  }

  @Override
  public long lockFile(int descriptor) {
    return calls.lockFile(descriptor);
  }

  @Override
  public long pread(int descriptor, long address, long length, long offset) {
    return calls.pread(descriptor, address, length, offset);
  }

  @Override
  public long pwrite(int descriptor, long address, long length, long offset) {
    return calls.pwrite(descriptor, address, length, offset);
  }

  @Override
  public long fdatasync(int descriptor) {
    return calls.fdatasync(descriptor);
  }

  @Override
  public long fsync(int descriptor) {
    return calls.fsync(descriptor);
  }

  @Override
  public long fallocate(int descriptor, int mode, long offset, long length) {
    return calls.fallocate(descriptor, mode, offset, length);
  }

  @Override
  public long ftruncate(int descriptor, long length) {
    return calls.ftruncate(descriptor, length);
  }

  @Override
  public long size(int descriptor) {
    return calls.size(descriptor);
  }

  @Override
  public long membarrier(int command, int flags) {
    return calls.membarrier(command, flags);
  }

  @Override
  public long schedSetAffinity(long maskBytes, long maskAddress) {
    return calls.schedSetAffinity(maskBytes, maskAddress);
  }

  @Override
  public long schedGetAffinity(long maskBytes, long maskAddress) {
    return calls.schedGetAffinity(maskBytes, maskAddress);
  }
}
