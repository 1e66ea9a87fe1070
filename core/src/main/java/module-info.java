/// The engine: tables of typed rows, found by key, logged at every commit. Knows rows and schemas,
/// and is what an application uses. Agrona and JCTools come as automatic modules; none of their
/// types is in the API.
@SuppressWarnings("requires-automatic")
module org.basaltdb.core {
  requires org.agrona;
  requires org.basaltdb.offheap;
  requires transitive org.basaltdb.wal;
  requires org.jctools.core.jdk11;
  requires static transitive org.jspecify;

  exports org.basaltdb.core;
  exports org.basaltdb.core.error;
  exports org.basaltdb.core.row;
  exports org.basaltdb.core.schema;
}
