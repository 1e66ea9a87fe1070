package org.basaltdb.bench.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.basaltdb.bench.control.DirectReads;
import org.basaltdb.bench.control.DirectWrites;
import org.basaltdb.bench.control.PointerChase;
import org.basaltdb.bench.files.Directories;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.store.DurableStore;
import org.basaltdb.bench.store.Engine;
import org.basaltdb.bench.store.NoStore;
import org.basaltdb.bench.store.Store;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.store.StoreSettings;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.bench.workload.Updates;
import org.basaltdb.bench.workload.ZipfDraws;

/**
 * What a child can be asked:
 *
 * <pre>
 * open    set rows keys mode [first] [payload] [budget pool]
 *                                         opens an empty store under the name of the set; in bytes: payload, and memory
 *                                         of which pool is for rows; first: rows that are loaded before the others
 * recover as open, also updates           opens the first store of a child that was killed, see Recoveries
 * verify  set updates last                compares rows with what a killed child wrote, see Recoveries
 * tail    set updates bytes               writes a tail of the log, see Recoveries
 * checkpoint set                          makes a checkpoint
 * load    set [from to] [settle]          writes rows in load order
 * check   set rows                        reads random rows back and compares every byte
 * read | payload | batch | modify         a pass over uniformly drawn rows: set threads millis timed, batch also size
 * whole   set draws threads millis timed tiers    a pass that compares every byte; draws uniform or zipf, see WholeReads
 * mixed   set percent threads millis timed    a pass over skewed rows, percent of them reads
 * paced   set perSecond millis checkpoints    updates at a fixed rate, see PacedWrites
 * bulk    rows keys mode                  opens a store, loads it, closes and deletes it: the time of the load alone
 * chase   bytes threads millis            the control of memory
 * durable threads=1 millis timed          the control of durable writes
 * blocks  bytes threads millis timed      the control of reads from the disk
 * memory                                  what the process occupies
 * index   set                             what the primary index occupies
 * rest                                    waits until the engine's background work is done
 * close   set
 * </pre>
 */
final class Requests implements AutoCloseable {

  private static final double ZIPF_THETA = 0.99;
  private static final int ZIPF_DRAWS = 1 << 22;

  private final Engine engine;
  private final Path directory;
  private final Map<String, DataSet> sets = new HashMap<>();
  private final Map<Long, PointerChase> chases = new HashMap<>();
  private final Map<Long, DirectReads> files = new HashMap<>();
  private final Map<Integer, ZipfDraws> draws = new HashMap<>();
  private int directories;

  Requests(Engine engine, Path directory) {
    this.engine = engine;
    this.directory = directory;
  }

  private record DataSet(Keys keys, int payloadBytes, Store store, Crew crew, Path directory) {}

  Message answer(Message request) throws IOException, InterruptedException, ExecutionException {
    return switch (request.word()) {
      case "open" -> open(request);
      case "load" -> load(request);
      case "check" -> check(request);
      case "read" -> pass(request, new UniformReads(set(request).keys()));
      case "payload" -> pass(request, new PayloadReads(set(request).keys()));
      case "batch" ->
          pass(request, new BatchReads(set(request).keys(), request.integer("size", 32)));
      case "modify" -> pass(request, new Modifications(set(request).keys()));
      case "whole" -> whole(request);
      case "mixed" -> pass(request, mixed(request));
      case "paced" -> PacedWrites.run(set(request).store(), set(request).keys(), request);
      case "bulk" -> bulk(request);
      case "chase" -> chase(request);
      case "durable" -> durable(request);
      case "blocks" -> blocks(request);
      case "memory" ->
          Message.of(Message.OK)
              .with("resident", ProcessMemory.residentBytes())
              .with("huge", ProcessMemory.hugePageBytes());
      case "index" ->
          Message.of(Message.OK).with("bytes", set(request).store().indexBytes().orElseThrow());
      case "checkpoint" -> {
        set(request).store().checkpoint();
        yield Message.of(Message.OK);
      }
      case "recover" -> recover(request);
      case "verify" ->
          Recoveries.verify(durableStore(request), new Updates(set(request).keys()), request);
      case "tail" ->
          Recoveries.writeTail(durableStore(request), new Updates(set(request).keys()), request);
      case "rest" -> {
        sets.values().forEach(set -> set.store().rest());
        yield Message.of(Message.OK);
      }
      case "close" -> {
        DataSet set = set(request);
        sets.remove(request.text("set"));
        close(set);
        yield Message.of(Message.OK);
      }
      default ->
          throw new IllegalArgumentException(
              "request; found '" + request.word() + "'; see " + getClass());
    };
  }

  private DataSet set(Message request) {
    DataSet set = sets.get(request.text("set"));
    if (set == null) {
      throw new IllegalArgumentException(
          "set; found '" + request.text("set") + "'; expected one of " + sets.keySet());
    }
    return set;
  }

  private Keys keys(Message request) {
    Keys.Kind kind = Keys.Kind.valueOf(request.text("keys", "scattered").toUpperCase(Locale.ROOT));
    int rows = request.integer("rows");
    return new Keys(kind, rows, request.integer("first", rows));
  }

  private static StoreSettings settings(Message request, Path where) {
    StoreSettings.Mode mode =
        StoreSettings.Mode.valueOf(request.text("mode", "none").toUpperCase(Locale.ROOT));
    StoreSettings.Memory memory =
        request.values().containsKey("budget")
            ? new StoreSettings.Memory(request.longInteger("budget"), request.longInteger("pool"))
            : null;
    return new StoreSettings(
        where, request.integer("rows"), request.integer("payload", Payload.BYTES), mode, memory);
  }

  private Store openStore(Message request, Path where) throws IOException {
    Files.createDirectories(where);
    return engine.open(settings(request, where));
  }

  private Message open(Message request) throws IOException {
    Path where = directory.resolve("set-" + directories++);
    Store store = openStore(request, where);
    add(request, store, where);
    return Message.of(Message.OK).with("description", store.description().replace(' ', '_'));
  }

  private void add(Message request, Store store, Path where) {
    int payloadBytes = request.integer("payload", Payload.BYTES);
    sets.put(
        request.text("set"),
        new DataSet(keys(request), payloadBytes, store, new Crew(store), where));
  }

  private Message recover(Message request) throws IOException {
    Path where = directory.resolve("set-" + directories++);
    if (!Files.isDirectory(where)) {
      throw new IllegalArgumentException("recover; found no store in " + where);
    }
    Recoveries.Opened opened =
        Recoveries.open(
            engine,
            settings(request, where),
            new Updates(keys(request)),
            request.integer("updates"));
    add(request, opened.store(), where);
    return opened.reply();
  }

  private DurableStore durableStore(Message request) {
    if (set(request).store() instanceof DurableStore store) {
      return store;
    }
    throw new IllegalArgumentException(
        request.word() + "; found " + engine.word() + "; expected an engine with durable rows");
  }

  private Message load(Message request) {
    DataSet set = set(request);
    int from = request.integer("from", 0);
    int to = request.integer("to", set.keys().rows());
    long begin = System.nanoTime();
    set.store().load(set.keys(), from, to);
    long end = System.nanoTime();
    if (Boolean.parseBoolean(request.text("settle", "true"))) {
      set.store().settle();
      System.gc();
    }
    return Message.of(Message.OK).with("seconds", (end - begin) / 1e9);
  }

  private Message check(Message request) {
    DataSet set = set(request);
    byte[] payload = new byte[set.payloadBytes()];
    int wrong = 0;
    try (StoreClient client = set.crew().newClient()) {
      for (int i = 0; i < request.integer("rows"); i++) {
        long key = set.keys().at(Mixing.bounded(Mixing.mix(i * Mixing.GOLDEN), set.keys().rows()));
        boolean whole = client.copyPayload(key, payload) && Payload.isWhole(payload, key);
        wrong += whole && client.read(key) == key ? 0 : 1;
      }
    }
    return Message.of(Message.OK).with("wrong", wrong);
  }

  private Message pass(Message request, Pass pass) throws InterruptedException, ExecutionException {
    return run(set(request).crew(), request, pass);
  }

  private static Message run(Crew crew, Message request, Pass pass)
      throws InterruptedException, ExecutionException {
    return crew.run(
            pass,
            request.integer("threads", 1),
            TimeUnit.MILLISECONDS.toNanos(request.integer("millis")),
            Boolean.parseBoolean(request.text("timed", "false")))
        .reply();
  }

  private ZipfDraws zipf(int keyCount) {
    return draws.computeIfAbsent(keyCount, rows -> new ZipfDraws(rows, ZIPF_THETA, ZIPF_DRAWS, 1));
  }

  private MixedPass mixed(Message request) {
    Keys keys = set(request).keys();
    return new MixedPass(keys, zipf(keys.rows()), request.integer("percent"));
  }

  private Message whole(Message request)
      throws IOException, InterruptedException, ExecutionException {
    DataSet set = set(request);
    String drawn = request.text("draws");
    if (!drawn.equals("uniform") && !drawn.equals("zipf")) {
      throw new IllegalArgumentException("draws; found '" + drawn + "'; expected uniform or zipf");
    }
    ZipfDraws zipf = drawn.equals("zipf") ? zipf(set.keys().rows()) : null;
    boolean tiers = Boolean.parseBoolean(request.text("tiers", "false"));
    WholeReads reads =
        new WholeReads(set.keys(), zipf, set.payloadBytes(), tiers ? new ReadTiers() : null);
    long before = ProcessMemory.deviceReadBytes();
    Message reply = pass(request, reads);
    return withDeviceBytes(reads.addTo(reply), before);
  }

  private Message bulk(Message request) throws IOException {
    Path where = directory.resolve("bulk-" + directories++);
    Keys keys = keys(request);
    double nanos;
    try (Store store = openStore(request, where)) {
      long begin = System.nanoTime();
      store.load(keys, 0, keys.rows());
      nanos = System.nanoTime() - begin;
    }
    Directories.delete(where);
    System.gc();
    return Message.of(Message.OK)
        .with("rows", keys.rows())
        .with("wrong", 0)
        .with("rate", keys.rows() * 1e9 / nanos)
        .with("nanos", nanos / keys.rows());
  }

  private Message chase(Message request) throws InterruptedException, ExecutionException {
    PointerChase chase = chases.computeIfAbsent((long) request.number("bytes"), PointerChase::new);
    return control(request, new ChaseSteps(chase));
  }

  private Message durable(Message request)
      throws IOException, InterruptedException, ExecutionException {
    try (DirectWrites writes = new DirectWrites(directory.resolve("direct-writes"))) {
      return control(request, new DurableWrites(writes));
    }
  }

  private Message blocks(Message request)
      throws IOException, InterruptedException, ExecutionException {
    DirectReads file =
        files.computeIfAbsent(
            request.longInteger("bytes"),
            bytes -> new DirectReads(directory.resolve("direct-reads-" + bytes), bytes));
    long before = ProcessMemory.deviceReadBytes();
    return withDeviceBytes(control(request, new BlockReads(file)), before);
  }

  /** Adds what the kernel fetched from disks for each row or block that a pass read. */
  private static Message withDeviceBytes(Message reply, long bytesBefore) throws IOException {
    double bytes = ProcessMemory.deviceReadBytes() - bytesBefore;
    return reply.with("deviceBytes", bytes / reply.number("rows"));
  }

  private static Message control(Message request, Pass pass)
      throws InterruptedException, ExecutionException {
    try (Crew crew = new Crew(new NoStore())) {
      return run(crew, request, pass);
    }
  }

  private static void close(DataSet set) throws IOException {
    set.crew().close();
    set.store().close();
    Directories.delete(set.directory());
  }

  @Override
  public void close() throws IOException {
    for (DataSet set : sets.values()) {
      close(set);
    }
    sets.clear();
    for (DirectReads file : files.values()) {
      file.close();
    }
    files.clear();
  }
}
