/// Programs that use Basalt as an application does: through its public API alone.
@NullMarked
package org.basaltdb.examples;

import org.jspecify.annotations.NullMarked;
