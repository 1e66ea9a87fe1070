package org.basaltdb.wal;

/// Counters of a log since it was opened, and its size.
///
/// @param tailLsn the next position that will be claimed
/// @param durableLsn everything below it is on disk
/// @param appendedBytes bytes claimed, padding included
/// @param writtenBytes bytes handed to the file system
/// @param batchCount how many times a leader wrote and synced for everybody waiting
/// @param syncCount how many times a file was synced for that
/// @param liveSegmentCount segments that hold log
/// @param spareSegmentCount files that wait to become segments
/// @param recycledSegmentCount segments made from such a file
/// @param createdSegmentCount segments made from nothing
/// @param fileBytes bytes of all files of the log, those that wait for reuse too
public record LogStats(
    long tailLsn,
    long durableLsn,
    long appendedBytes,
    long writtenBytes,
    long batchCount,
    long syncCount,
    int liveSegmentCount,
    int spareSegmentCount,
    long recycledSegmentCount,
    long createdSegmentCount,
    long fileBytes) {}
