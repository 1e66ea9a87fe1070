/**
 * What driver and child say to each other: a line for each request, a line for each reply, in words
 * a person can type.
 */
@NullMarked
package org.basaltdb.bench.protocol;

import org.jspecify.annotations.NullMarked;
