package org.basaltdb.stress.weaken;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles changed sources against the real classes, into directories that stand before those on a
/// class path.
final class WeakenedClasses {
  private final Path repository;
  private final Path target;
  private final String classPath;

  /// @param repository where the sources are
  /// @param target where the classes go, a directory a variant
  /// @param classPath with the real classes
  WeakenedClasses(Path repository, Path target, String classPath) {
    this.repository = repository;
    this.target = target;
    this.classPath = classPath;
  }

  /// Compiles a variant.
  ///
  /// @param weakened false for its windows alone
  /// @return the directory to put before the real classes
  /// @throws StaleWeakeningException if it no longer applies, or does not compile
  Path compile(Weakening weakening, boolean weakened) throws IOException {
    Path directory = target.resolve(weakening.name() + (weakened ? "" : "-windows"));
    deleteTree(directory);
    Files.createDirectories(directory);
    List<JavaFileObject> sources = new ArrayList<>();
    for (Map.Entry<String, String> source : weakening.apply(repository, weakened).entrySet()) {
      sources.add(new SourceText(source.getKey(), source.getValue()));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options =
        List.of(
            "-d", directory.toString(), "-cp", classPath, "-proc:none", "-nowarn", "-Xlint:none");
    if (!compiler.getTask(messages, null, null, options, null, sources).call()) {
      throw new StaleWeakeningException(
          "weakened variant '" + weakening.name() + "' does not compile:\n" + messages);
    }
    return directory;
  }

  private static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      tree.sorted(Comparator.reverseOrder()).forEach(WeakenedClasses::delete);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class SourceText extends SimpleJavaFileObject {
    private final String text;

    SourceText(String path, String text) {
      super(URI.create("string:///" + path), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
