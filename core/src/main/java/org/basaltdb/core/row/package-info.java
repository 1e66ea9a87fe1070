/// Rows and keys as an application sees them: [org.basaltdb.core.row.RowBuffer] to write one,
/// [org.basaltdb.core.row.RowView] to read one, [org.basaltdb.core.row.Key] to look one up. All are
/// made by a table, reused for as long as wanted, and used by one thread at a time.
@NullMarked
package org.basaltdb.core.row;

import org.jspecify.annotations.NullMarked;
