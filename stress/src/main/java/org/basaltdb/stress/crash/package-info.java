/// The crash test: a process writes under load and is killed at a random moment, the database is
/// recovered, and what it holds is compared with what it had acknowledged, over and over.
///
/// Two processes. The *judge* ([org.basaltdb.stress.crash.Crash]) never opens a database: it starts
/// and kills, and keeps the [org.basaltdb.stress.crash.Ledger] of all that was begun and
/// acknowledged. The *subject* ([org.basaltdb.stress.crash.Subject]) opens the database, tells what
/// it found there and then writes, announcing each operation before it starts and acknowledging it
/// after the engine returned. Announcements pass through a pipe, which outlives the killed process;
/// [org.basaltdb.stress.crash.Message] is their form.
///
/// What the judge concludes rests on the order of the pipe: an operation acknowledged in it before
/// another was begun came first, whichever threads did them. The engine has one log, so recovery
/// keeps a prefix of it, and the following hold (the code cites them):
///
/// - CRASH-1 An operation acknowledged with `SYNC`, a table created or dropped, and any row that a
///   reader was shown from a `SYNC` table, is there. So is an operation acknowledged with
///   `INTERVAL` longer than the interval before the kill.
/// - CRASH-2 What was acknowledged before something began that is there, is there too, whatever its
///   durability (no gaps).
/// - CRASH-3 A row is as one operation left it, all columns of it: never half, never a mixture.
/// - CRASH-4 Nothing is there that was never begun, or that an operation which is certain has
///   replaced or deleted. Rows of a dropped table stay away when a table of that name is created
///   again.
/// - CRASH-5 A scan, a lookup of every possible key, and the row count agree.
/// - CRASH-6 An orderly close keeps all that was acknowledged.
/// - CRASH-7 A number that the engine gave to a row is not given again.
@NullMarked
package org.basaltdb.stress.crash;

import org.jspecify.annotations.NullMarked;
