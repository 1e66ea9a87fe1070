/**
 * Figures and what is made of them: medians over rounds, ratios between subjects of the same round,
 * bars that are passed or not, a table for people and lines of JSON for programs. Knows nothing of
 * engines or processes.
 */
@NullMarked
package org.basaltdb.bench.report;

import org.jspecify.annotations.NullMarked;
