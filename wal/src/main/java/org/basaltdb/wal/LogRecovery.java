package org.basaltdb.wal;

/// What was found when a log was opened.
///
/// @param verdict how the log ended
/// @param closedInOrder whether the log's last user closed it; true for a new log
/// @param startLsn where the replay began
/// @param endLsn where the log of earlier generations ends: the position of the cut
/// @param recordCount how many records were replayed
/// @param generation the generation that began, counted from 1
public record LogRecovery(
    LogVerdict verdict,
    boolean closedInOrder,
    long startLsn,
    long endLsn,
    long recordCount,
    int generation) {}
