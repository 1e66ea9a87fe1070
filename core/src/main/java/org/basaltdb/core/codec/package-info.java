/// How rows and keys look as bytes: the row image that pages, sessions and the log share, the key
/// image that travels with a lookup, and the canonical key, whose bytes order and hash a key.
/// Everything works on native addresses and allocates nothing unless it says so.
///
/// [org.basaltdb.core.codec.RowLayout] owns the offsets; [org.basaltdb.core.codec.RowCodec] and
/// [org.basaltdb.core.codec.KeyCodec] work on whole images; [org.basaltdb.core.codec.FieldWriter]
/// builds one value after another, and [org.basaltdb.core.codec.RowImageReader] is what a view
/// looks through.
@NullMarked
package org.basaltdb.core.codec;

import org.jspecify.annotations.NullMarked;
