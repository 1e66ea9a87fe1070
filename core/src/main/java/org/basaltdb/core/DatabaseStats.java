package org.basaltdb.core;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Figures of an open database, read while it goes on: each is right, they are not of one instant.
///
/// @param tableCount tables
/// @param rowCount rows of all tables
/// @param memoryUsedBytes memory outside the heap, in all
/// @param memoryBudgetBytes the most it may be
/// @param memoryByOwner the memory by what takes it, for instance `FRAMES`, `INDEX` or `LOG`;
///   frames include what is free for others
/// @param commandCount writes carried out since the database was opened
/// @param waitingCommandCount writes that wait in the rings
/// @param logTailLsn the log position that the next record gets
/// @param logDurableLsn everything below it is on disk
/// @param logAppendedBytes log written by the application since the open
/// @param logWrittenBytes log handed to the file system since the open
/// @param logSyncCount syncs since the open
/// @param logSegmentCount segments that hold log
/// @param logFileBytes bytes of all files of the log, those that wait for reuse too
/// @param replayedRecordCount records that the open repeated
/// @param checkpointCount checkpoints made since the open
/// @param writtenImageCount images of 8 KiB that they wrote
/// @param residentPageCount pages in memory, of a database on disk
/// @param coldReadCount pages read from disk since the open
/// @param admittedPageCount of these, how many got a frame
/// @param evictedPageCount pages that left memory since the open
public record DatabaseStats(
    int tableCount,
    long rowCount,
    long memoryUsedBytes,
    long memoryBudgetBytes,
    Map<String, Long> memoryByOwner,
    long commandCount,
    int waitingCommandCount,
    long logTailLsn,
    long logDurableLsn,
    long logAppendedBytes,
    long logWrittenBytes,
    long logSyncCount,
    int logSegmentCount,
    long logFileBytes,
    long replayedRecordCount,
    long checkpointCount,
    long writtenImageCount,
    long residentPageCount,
    long coldReadCount,
    long admittedPageCount,
    long evictedPageCount) {
  /// Copies the map, in the order of its keys.
  public DatabaseStats {
    memoryByOwner = Collections.unmodifiableMap(new TreeMap<>(memoryByOwner));
  }
}
