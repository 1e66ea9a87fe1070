/// What a table is made of: the types of columns, their limits, and the schema that puts columns
/// and keys together.
@NullMarked
package org.basaltdb.core.schema;

import org.jspecify.annotations.NullMarked;
