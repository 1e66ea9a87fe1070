/**
 * The data of every comparison: keys, payloads and the order in which rows are drawn, all from
 * seeds, so that each subject sees the same rows and the same requests without sharing memory.
 */
@NullMarked
package org.basaltdb.bench.workload;

import org.jspecify.annotations.NullMarked;
