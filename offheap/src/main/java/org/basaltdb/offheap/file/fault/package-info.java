/// A disk in memory for tests, below the same seam as the real one: it fails the operation a test
/// names, fills up, and loses power with any part of what was not synced surviving, all replayable
/// from a seed.
@NullMarked
package org.basaltdb.offheap.file.fault;

import org.jspecify.annotations.NullMarked;
