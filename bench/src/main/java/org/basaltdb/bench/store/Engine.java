package org.basaltdb.bench.store;

import java.util.List;
import java.util.Locale;

/** The engines that a child can open, with the flags of the JVM that each of them needs. */
public enum Engine {
  BASALT,
  HASH_MAP,
  CHRONICLE_MAP,
  LMDB,
  ROCKSDB,
  BARE,
  NONE;

  /**
   * Flags for the JVM beyond those that every child gets: those without which the engine does not
   * start or warns.
   */
  public List<String> flags() {
    return switch (this) {
      case BASALT, HASH_MAP, ROCKSDB, BARE, NONE -> List.of();
      case CHRONICLE_MAP ->
          List.of(
              "-Dchronicle.analytics.disable=true",
              "-Dchronicle.disk.monitor.disable=true",
              "--sun-misc-unsafe-memory-access=allow",
              "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
              "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
              "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
              "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
              "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
              "--add-opens=java.base/java.lang=ALL-UNNAMED",
              "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
              "--add-opens=java.base/java.io=ALL-UNNAMED",
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
              "--add-opens=java.base/java.util=ALL-UNNAMED");
      case LMDB ->
          List.of(
              "-Dlmdbjava.disable.checks=true",
              "--sun-misc-unsafe-memory-access=allow",
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    };
  }

  /** The word for this engine on a command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The engine of a word. */
  public static Engine ofWord(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /**
   * Loads the native library that an engine carries in its jar and unpacks at the first use: a
   * matter of packaging, which no measurement of an open counts.
   */
  public void loadLibrary() {
    switch (this) {
      case ROCKSDB -> RocksDbStore.loadLibrary();
      case LMDB -> LmdbStore.loadLibrary();
      case BASALT, HASH_MAP, CHRONICLE_MAP, BARE, NONE -> {}
    }
  }

  /**
   * Opens a store; only the classes of this one engine are loaded.
   *
   * @throws IllegalArgumentException if the engine has no settings for other payloads or for less
   *     memory than usual
   */
  public Store open(StoreSettings settings) {
    if (this != BASALT && this != ROCKSDB && !settings.isUsual()) {
      throw new IllegalArgumentException(
          "store; found "
              + settings
              + "; expected payloads of the usual length and no limit of memory with "
              + word());
    }
    return switch (this) {
      case BASALT -> new BasaltStore(settings);
      case HASH_MAP -> new HashMapStore(settings);
      case CHRONICLE_MAP -> new ChronicleMapStore(settings);
      case LMDB -> new LmdbStore(settings);
      case ROCKSDB -> new RocksDbStore(settings);
      case BARE -> new BareStore(settings);
      case NONE -> new NoStore();
    };
  }
}
