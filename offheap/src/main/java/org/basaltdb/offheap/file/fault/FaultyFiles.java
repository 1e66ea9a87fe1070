package org.basaltdb.offheap.file.fault;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.posix.Errno;

/// Files on a disk that exists in memory, whose every failure a test chooses.
///
/// - *Errors.* [#fail] has the n-th coming operation of a kind fail with an error number,
///   [#failFrom] that one and all after it, until [#heal]. A write that fails may have written any
///   of its sectors. A sync that fails leaves any part durable and is forgotten by the system, as
///   on the common file systems: the next sync succeeds and writes nothing of it.
/// - *A full disk.* [#limitBytes] makes whatever would make the files larger in all fail with
///   `ENOSPC`.
/// - *Power.* After [#cutPower], or when [#cutPowerAfter] runs out, every operation throws
///   [PowerOffException]. [#restart] turns power on again: of what was not synced any subset
///   survives, in any order, sectors of 512 bytes torn apart; sizes, new names, renames and
///   deletions survive or are lost each for itself. Files that were open stay dead.
/// - *Damage.* [#flipBit] changes one bit behind everybody's back.
///
/// Everything that is left to chance comes from the seed of the constructor, or of [#restart]: the
/// same calls on one thread give the same disk.
///
/// Thread rules: all methods may be called by any thread; one lock.
public final class FaultyFiles implements FileLayer {
  private static final long NEVER = Long.MAX_VALUE;

  private record Fault(long fromCount, boolean lasting, int errno) {}

  private final Names names;
  private final Map<FileOperation, Long> counts = new EnumMap<>(FileOperation.class);
  private final Map<FileOperation, Fault> faults = new EnumMap<>(FileOperation.class);
  private Randomness randomness;
  private boolean directGranted = true;
  private boolean powerOn = true;
  private long operationsLeft = NEVER;
  private long limitBytes = NEVER;

  /// How often the power came on; a file belongs to one such period.
  private int period;

  /// An empty disk with one directory.
  ///
  /// @param root the directory; paths elsewhere are not found
  /// @param seed for what is left to chance
  public FaultyFiles(Path root, long seed) {
    this.names = new Names(root);
    this.randomness = Randomness.seeded(seed);
  }

  /// Fails one operation.
  ///
  /// @param nth which of the coming operations of that kind, 1 being the next
  /// @param errno with which error, of [Errno]
  public synchronized void fail(FileOperation operation, int nth, int errno) {
    faults.put(operation, new Fault(count(operation) + nth, false, errno));
  }

  /// Fails one operation and all of its kind that follow, until [#heal].
  ///
  /// @param nth which of the coming operations of that kind is the first, 1 being the next
  /// @param errno with which error, of [Errno]
  public synchronized void failFrom(FileOperation operation, int nth, int errno) {
    faults.put(operation, new Fault(count(operation) + nth, true, errno));
  }

  /// Takes back every fault that was set and the limit of the disk.
  public synchronized void heal() {
    faults.clear();
    limitBytes = NEVER;
  }

  /// Limits the sizes of all files together. What is within a file's size already can always be
  /// overwritten.
  public synchronized void limitBytes(long bytes) {
    limitBytes = bytes;
  }

  /// Whether direct I/O is granted to files opened from now on; it is at first.
  public synchronized void grantDirect(boolean granted) {
    directGranted = granted;
  }

  /// Turns the power off.
  public synchronized void cutPower() {
    powerOn = false;
  }

  /// Turns the power off when `operations` more have been done, of whatever kind.
  public synchronized void cutPowerAfter(long operations) {
    operationsLeft = operations;
  }

  /// Settles what survived, forgets every fault, and turns the power on. Also without a cut before:
  /// then this is one.
  ///
  /// @param seed decides what survives
  public synchronized void restart(long seed) {
    randomness = Randomness.seeded(seed);
    names.cutPower(randomness); // first: a file whose deletion is lost is back, and settles too
    names.files().forEach(file -> file.cutPower(randomness));
    heal();
    operationsLeft = NEVER;
    powerOn = true;
    period++;
  }

  /// Flips a bit of a file, durably and unseen.
  ///
  /// @param bit 0 to 7
  /// @throws NoSuchFileException if there is no such file
  public synchronized void flipBit(Path path, long offset, int bit) throws IOException {
    file(path).flipBit(offset, bit);
  }

  /// How many operations of a kind were begun.
  public synchronized long count(FileOperation operation) {
    return counts.getOrDefault(operation, 0L);
  }

  /// How many operations of all kinds were begun: where [#cutPowerAfter] can cut.
  public synchronized long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public synchronized DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    begin(FileOperation.OPEN, path, -1);
    if (mode == OpenMode.CREATE_NEW) {
      if (names.find(path) != null) {
        throw new FileAlreadyExistsException(path.toString());
      }
      if (!(names.find(parent(path)) instanceof Names.Entry.Directory)) {
        throw new NoSuchFileException(path.toString());
      }
      names.add(path, new Names.Entry.File(new Sectors()));
    }
    return new OpenFile(path, file(path), direct, direct && directGranted, period);
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    begin(FileOperation.SYNC_DIRECTORY, directory, -1);
    directory(directory);
    names.sync(directory);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    begin(FileOperation.RENAME, from, -1);
    names.rename(from, to, new Names.Entry.File(file(from)));
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    begin(FileOperation.DELETE, path, -1);
    file(path);
    names.remove(path);
  }

  @Override
  public synchronized List<Path> list(Path directory) throws IOException {
    checkPower(directory, period);
    directory(directory);
    return names.list(directory);
  }

  @Override
  public synchronized long size(Path path) throws IOException {
    checkPower(path, period);
    return file(path).size();
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    checkPower(directory, period);
    if (names.find(directory) instanceof Names.Entry.Directory) {
      return;
    }
    if (names.find(directory) != null) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    Path parent = directory.getParent();
    if (parent == null) {
      throw new NoSuchFileException(directory.toString());
    }
    createDirectories(parent);
    names.add(directory, new Names.Entry.Directory());
  }

  @Override
  public synchronized boolean exists(Path path) {
    return names.find(path) != null;
  }

  /// Counts an operation, and fails it when that is its turn.
  private void begin(FileOperation operation, Path path, long offset) throws IOException {
    checkPower(path, period);
    if (operationsLeft != NEVER && operationsLeft-- == 0) {
      powerOn = false;
      checkPower(path, period);
    }
    long count = counts.merge(operation, 1L, Long::sum);
    Fault fault = faults.get(operation);
    if (fault != null && count >= fault.fromCount()) {
      if (!fault.lasting()) {
        faults.remove(operation);
      }
      throw FileErrorException.ofErrno(operation.text(), path, offset, fault.errno());
    }
  }

  private void checkPower(Path path, int openedIn) throws PowerOffException {
    if (!powerOn || openedIn != period) {
      throw new PowerOffException(
          (powerOn ? "file was open when the power went" : "power is off") + "; in " + path);
    }
  }

  private Sectors file(Path path) throws NoSuchFileException {
    if (names.find(path) instanceof Names.Entry.File(Sectors sectors)) {
      return sectors;
    }
    throw new NoSuchFileException(path.toString());
  }

  private void directory(Path path) throws NoSuchFileException {
    if (!(names.find(path) instanceof Names.Entry.Directory)) {
      throw new NoSuchFileException(path.toString());
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  /// A handle.
  private final class OpenFile implements DataFile {
    private final Path path;
    private final Sectors sectors;
    private final long misaligned;
    private final boolean direct;
    private final int openedIn;
    private boolean closed;

    OpenFile(Path path, Sectors sectors, boolean directRequested, boolean direct, int openedIn) {
      this.path = path;
      this.sectors = sectors;
      this.misaligned = directRequested ? DIRECT_ALIGNMENT_BYTES - 1 : 0;
      this.direct = direct;
      this.openedIn = openedIn;
    }

    @Override
    public void read(long address, int length, long offset) throws IOException {
      checkTransfer(address, length, offset);
      synchronized (FaultyFiles.this) {
        beginOpen(FileOperation.READ, offset);
        int there = Math.clamp(sectors.size() - offset, 0, length);
        byte[] bytes = new byte[there];
        sectors.read(bytes, there, offset);
        Memory.copyFromArray(bytes, 0, address, there);
        if (there < length) {
          throw new EOFException(
              "file too short; found its end at offset "
                  + sectors.size()
                  + "; expected at least "
                  + (offset + length)
                  + " bytes; in "
                  + path);
        }
      }
    }

    @Override
    public void write(long address, int length, long offset) throws IOException {
      checkTransfer(address, length, offset);
      byte[] bytes = new byte[length];
      Memory.copyToArray(address, bytes, 0, length);
      synchronized (FaultyFiles.this) {
        try {
          beginOpen(FileOperation.WRITE, offset);
        } catch (FileErrorException failure) {
          writeSome(bytes, offset);
          throw failure;
        }
        checkRoomUpTo(offset + length);
        sectors.write(bytes, length, offset);
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (FaultyFiles.this) {
        try {
          beginOpen(FileOperation.SYNC, -1);
        } catch (FileErrorException failure) {
          sectors.failSync(randomness);
          throw failure;
        }
        sectors.sync();
      }
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      if (sizeBytes < 0) {
        throw new IllegalArgumentException(
            "file size out of range; found " + sizeBytes + "; expected zero or more; in " + path);
      }
      synchronized (FaultyFiles.this) {
        beginOpen(FileOperation.TRUNCATE, sizeBytes);
        sectors.truncate(sizeBytes);
      }
    }

    @Override
    public void zeroFill(long from, long to) throws IOException {
      checkTransfer(0, 0, from | to);
      if (to < from) {
        throw new IllegalArgumentException(
            "not a range to fill; found " + from + " to " + to + "; in " + path);
      }
      synchronized (FaultyFiles.this) {
        beginOpen(FileOperation.WRITE, from);
        checkRoomUpTo(to);
        sectors.zero(from, to);
      }
    }

    @Override
    public boolean punchHole(long from, long to) throws IOException {
      checkTransfer(0, 0, from | to);
      if (to < from) {
        throw new IllegalArgumentException(
            "not a range to give back; found " + from + " to " + to + "; in " + path);
      }
      synchronized (FaultyFiles.this) {
        beginOpen(FileOperation.PUNCH_HOLE, from);
        sectors.zero(from, Math.min(to, Math.max(from, sectors.size())));
        return true;
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (FaultyFiles.this) {
        checkOpen();
        return sectors.size();
      }
    }

    @Override
    public boolean direct() {
      return direct;
    }

    @Override
    public Path path() {
      return path;
    }

    @Override
    public void close() {
      synchronized (FaultyFiles.this) {
        closed = true;
      }
    }

    @Override
    public String toString() {
      return path + (direct ? " (direct)" : "");
    }

    private void beginOpen(FileOperation operation, long offset) throws IOException {
      checkOpen();
      begin(operation, path, offset);
    }

    private void checkOpen() throws IOException {
      if (closed) {
        throw new IllegalStateException("file used after it was closed: " + path);
      }
      checkPower(path, openedIn);
    }

    private void checkRoomUpTo(long end) throws IOException {
      long growth = end - sectors.size();
      long occupied = names.files().stream().mapToLong(Sectors::size).sum();
      if (limitBytes != NEVER && growth > 0 && occupied + growth > limitBytes) {
        throw FileErrorException.ofErrno(
            FileOperation.WRITE.text(), path, sectors.size(), Errno.ENOSPC);
      }
    }

    /// What a failed write may leave: some of its first sectors.
    private void writeSome(byte[] bytes, long offset) {
      int whole = bytes.length / Sectors.SECTOR_BYTES;
      int written =
          (int) Long.remainderUnsigned(randomness.nextLong(), whole + 1L) * Sectors.SECTOR_BYTES;
      sectors.write(bytes, written, offset);
    }

    private void checkTransfer(long address, int length, long offset) {
      if (length < 0 || offset < 0 || ((address | length | offset) & misaligned) != 0) {
        throw new IllegalArgumentException(
            "not a transfer this file takes; found address 0x"
                + Long.toHexString(address)
                + ", length "
                + length
                + ", offset "
                + offset
                + "; expected multiples of "
                + (misaligned + 1)
                + "; in "
                + path);
      }
    }
  }
}
