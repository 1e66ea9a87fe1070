package org.basaltdb.examples.quickstart;

import static org.basaltdb.examples.quickstart.CheckFailedException.check;

import org.basaltdb.core.Basalt;
import org.basaltdb.core.Session;

/// The contents of the imported tables at one moment.
record Fingerprints(Fingerprint airports, Fingerprint routes) {
  static Fingerprints of(Basalt database, Session session) {
    return new Fingerprints(
        Fingerprint.of(session, database.table(Airports.TABLE)),
        Fingerprint.of(session, database.table(Routes.TABLE)));
  }

  /// Goes on if the tables hold what they held.
  void checkSame(Basalt database, Session session) {
    Fingerprints now = of(database, session);
    check(
        now.equals(this) && airports.rows() == Airports.COUNT && routes.rows() == Routes.COUNT,
        "the tables have changed; found " + now + "; expected " + this);
  }

  @Override
  public String toString() {
    return "airports: " + airports + "; routes: " + routes;
  }
}
