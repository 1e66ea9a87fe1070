package org.basaltdb.offheap.posix;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is degraded in this process, gathered in one place. The first of each kind is also said
/// once through [System.Logger] `org.basaltdb`; where nothing is degraded nothing is ever logged.
///
/// Thread rules: all methods may be called by any thread. Not for hot paths.
public final class Degradations {
  /// As many subjects of a kind are kept; the report is for people, and must not grow with the
  /// number of files.
  static final int MAX_SUBJECTS_PER_KIND = 64;

  private static final Degradations PROCESS = new Degradations();

  private final Map<Degradation.Kind, Map<String, Degradation>> byKind = new LinkedHashMap<>();
  private final Set<Degradation.Kind> warned = new HashSet<>();

  Degradations() {}

  /// Records that something was refused, and warns if it is the first of its kind.
  public static void report(Degradation.Kind kind, String subject, String detail) {
    if (PROCESS.add(kind, subject, detail, true)) {
      System.getLogger("org.basaltdb")
          .log(
              System.Logger.Level.WARNING,
              "degraded: "
                  + subject
                  + ": "
                  + detail
                  + " (said once; environment() lists everything of the kind)");
    }
  }

  /// Records something that the user asked for: listed, and no warning.
  public static void reportChosen(Degradation.Kind kind, String subject, String detail) {
    PROCESS.add(kind, subject, detail, false);
  }

  /// Everything reported so far, in the order of the kinds' first appearance.
  public static List<Degradation> list() {
    return PROCESS.snapshot();
  }

  /// Returns whether to warn.
  synchronized boolean add(Degradation.Kind kind, String subject, String detail, boolean mayWarn) {
    Map<String, Degradation> subjects =
        byKind.computeIfAbsent(kind, absent -> new LinkedHashMap<>());
    if (subjects.size() < MAX_SUBJECTS_PER_KIND) {
      subjects.putIfAbsent(subject, new Degradation(kind, subject, detail));
    }
    return mayWarn && warned.add(kind);
  }

  synchronized List<Degradation> snapshot() {
    List<Degradation> all = new ArrayList<>();
    byKind.values().forEach(subjects -> all.addAll(subjects.values()));
    return List.copyOf(all);
  }
}
