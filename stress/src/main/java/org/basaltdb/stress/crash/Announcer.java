package org.basaltdb.stress.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.StringJoiner;

/// Writes messages to the subject's standard output, each with one system call. For any thread.
final class Announcer {
  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

  /// Writes a message; when this returns it stands in the pipe, whatever happens to the process.
  void say(Object... fields) {
    StringJoiner line = new StringJoiner(" ", "", "\n");
    for (Object field : fields) {
      line.add(field.toString());
    }
    byte[] bytes = line.toString().replaceAll("\\R(?!\\z)", " ").getBytes(UTF_8);
    if (bytes.length > Message.MAX_BYTES) {
      bytes[Message.MAX_BYTES - 1] = '\n';
    }
    write(bytes, Math.min(bytes.length, Message.MAX_BYTES));
  }

  /// Reports a fault that the subject saw itself.
  void wrong(Fault fault, String text) {
    say(Message.WRONG, fault.name(), text);
  }

  /// Writes several lines at once; not atomic.
  void sayAll(StringBuilder lines) {
    byte[] bytes = lines.toString().getBytes(UTF_8);
    write(bytes, bytes.length);
  }

  private void write(byte[] bytes, int length) {
    try {
      out.write(bytes, 0, length);
    } catch (IOException judgeIsGone) {
      Runtime.getRuntime().halt(1);
    }
  }
}
