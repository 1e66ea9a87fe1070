/**
 * How the engine reaches pages: one interface, the same whatever lies behind it. Tables ask for a
 * page by number, say when they begin and end a change, and know nothing of frames' comings and
 * goings.
 */
@NullMarked
package org.basaltdb.core.pages;

import org.jspecify.annotations.NullMarked;
