package org.basaltdb.offheap.file.fault;

import java.io.IOException;

/// The power of a [FaultyFiles] is off, or was off since the file was opened.
public final class PowerOffException extends IOException {
  private static final long serialVersionUID = 1;

  PowerOffException(String message) {
    super(message);
  }
}
