/**
 * The rows of one table in one partition: pages, primary index and overflow chains held together.
 * Reads run on the caller's thread and are optimistic; writes run under the partition's writer
 * token, in the order of LOG-1: validate, reserve, claim and publish the log record, apply.
 */
@NullMarked
package org.basaltdb.core.table;

import org.jspecify.annotations.NullMarked;
