/**
 * Which pages are in memory when not all can be: frames, what leaves them and when, and how what is
 * not there is read.
 */
@NullMarked
package org.basaltdb.core.buffer;

import org.jspecify.annotations.NullMarked;
