package org.basaltdb.core;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.file.fault.ForwardingFile;
import org.basaltdb.offheap.file.fault.ForwardingFiles;

/// Files of which reads, writes or syncs fail if their name begins as a test says, until it heals
/// them. A write that fails has written nothing; a sync that fails is not passed on.
final class NamedFaults extends ForwardingFiles {
  private record Fault(String nameBegin, int errno, AtomicLong passing) {}

  /// In place of an error number: an exception that no file operation declares.
  static final int UNEXPECTED = -1;

  private final Map<FileOperation, Fault> faults = new ConcurrentHashMap<>();
  private final LongAdder failedCount = new LongAdder();

  NamedFaults(FileLayer files) {
    super(files);
  }

  /// Fails one kind of operation, on one kind of file.
  void fail(FileOperation operation, String nameBegin, int errno) {
    failAfter(0, operation, nameBegin, errno);
  }

  /// The same, once that many have passed.
  void failAfter(long passingCount, FileOperation operation, String nameBegin, int errno) {
    faults.put(operation, new Fault(nameBegin, errno, new AtomicLong(passingCount)));
  }

  void heal() {
    faults.clear();
  }

  /// How many operations were failed.
  long failedCount() {
    return failedCount.sum();
  }

  @Override
  protected DataFile opened(DataFile file) {
    return new ForwardingFile(file) {
      @Override
      public void read(long address, int length, long offset) throws IOException {
        check(FileOperation.READ, file, offset);
        super.read(address, length, offset);
      }

      @Override
      public void write(long address, int length, long offset) throws IOException {
        check(FileOperation.WRITE, file, offset);
        super.write(address, length, offset);
      }

      @Override
      public void sync() throws IOException {
        check(FileOperation.SYNC, file, -1);
        super.sync();
      }
    };
  }

  private void check(FileOperation operation, DataFile file, long offset) throws IOException {
    Fault fault = faults.get(operation);
    if (fault != null
        && String.valueOf(file.path().getFileName()).startsWith(fault.nameBegin())
        && fault.passing().getAndDecrement() <= 0) {
      failedCount.increment();
      if (fault.errno() == UNEXPECTED) {
        throw new IllegalStateException("unexpected");
      }
      throw FileErrorException.ofErrno(
          operation.name().toLowerCase(Locale.ROOT), file.path(), offset, fault.errno());
    }
  }
}
