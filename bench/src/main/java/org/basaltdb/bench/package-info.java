/**
 * Basalt beside its peers: the command that runs a comparison.
 *
 * <p>A comparison is one <em>driver</em> process and one <em>child</em> process for each subject.
 * The driver knows what is asked and what passes ({@code driver}, {@code report}); a child knows
 * one engine ({@code store}) and the one measuring code ({@code child}) that is the same for all of
 * them; both agree on the data ({@code workload}). Nothing in the engine knows that this module
 * exists.
 */
@NullMarked
package org.basaltdb.bench;

import org.jspecify.annotations.NullMarked;
