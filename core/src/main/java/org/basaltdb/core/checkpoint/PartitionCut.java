package org.basaltdb.core.checkpoint;

import org.basaltdb.core.store.StateWriter;

/// What a partition was at its cut, besides its images.
///
/// @param lsn records at this position and behind are not in it
/// @param state its extents and tables
record PartitionCut(long lsn, StateWriter state) {}
