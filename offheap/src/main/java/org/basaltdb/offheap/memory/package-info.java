/// Native memory: accessors for raw addresses, regions that live as long as the database, the
/// machine's NUMA topology, and the budget that decides how many bytes each part may take.
@NullMarked
package org.basaltdb.offheap.memory;

import org.jspecify.annotations.NullMarked;
