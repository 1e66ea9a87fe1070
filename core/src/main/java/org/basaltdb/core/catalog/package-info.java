/// Which tables there are: their schemas, ids and auto-increment counters, and how a change of that
/// reaches the log.
@NullMarked
package org.basaltdb.core.catalog;

import org.jspecify.annotations.NullMarked;
