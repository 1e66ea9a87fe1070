/**
 * Controls: what the machine itself does, without any engine, measured in the same run. A ratio to
 * a control says more than a figure, which changes with the neighbours of a shared machine.
 */
@NullMarked
package org.basaltdb.bench.control;

import org.jspecify.annotations.NullMarked;
