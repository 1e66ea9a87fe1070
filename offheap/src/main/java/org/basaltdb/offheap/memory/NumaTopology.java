package org.basaltdb.offheap.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The NUMA nodes of a machine, their processors and the distances between them, as the kernel
/// shows them below `/sys/devices/system/node`.
///
/// A machine that shows nothing there, or nothing readable, has one node with every processor.
/// Immutable.
///
/// Thread rules: all methods may be called by any thread.
public final class NumaTopology {
  private static final int LOCAL_DISTANCE = 10;
  private static final int REMOTE_DISTANCE = 20;
  private static final Pattern NODE_NAME = Pattern.compile("node(\\d{1,5})");

  private static final NumaTopology SYSTEM = read(Path.of("/sys"));

  /// One node.
  ///
  /// @param number as the kernel counts; there may be gaps
  /// @param cpus its processors, rising; empty for memory without processors
  /// @param distances to each node, in the order of [#nodes]; 10 is the node itself
  private record Node(int number, List<Integer> cpus, List<Integer> distances) {}

  private final List<Node> nodes;

  private NumaTopology(List<Node> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /// The topology of this machine, read once.
  public static NumaTopology system() {
    return SYSTEM;
  }

  /// Reads a topology.
  ///
  /// @param sysRoot what is `/sys` on a machine
  public static NumaTopology read(Path sysRoot) {
    Path directory = sysRoot.resolve("devices/system/node");
    try {
      List<Integer> numbers = nodeNumbers(directory);
      List<Node> found = new ArrayList<>();
      for (int number : numbers) {
        Path node = directory.resolve("node" + number);
        found.add(
            new Node(
                number,
                parseList(readLine(node.resolve("cpulist"))),
                distances(node, numbers, number)));
      }
      if (!found.isEmpty()) {
        return new NumaTopology(found);
      }
    } catch (IOException | RuntimeException unreadable) {
      // one node then, as if the kernel showed none
    }
    return new NumaTopology(List.of(new Node(0, onlineCpus(sysRoot), List.of(LOCAL_DISTANCE))));
  }

  /// How many nodes there are, at least 1.
  public int nodeCount() {
    return nodes.size();
  }

  /// The numbers of the nodes, rising.
  public List<Integer> nodes() {
    return nodes.stream().map(Node::number).toList();
  }

  /// Whether there is a node of that number.
  public boolean hasNode(int node) {
    return nodes.stream().anyMatch(candidate -> candidate.number() == node);
  }

  /// The processors of a node, rising.
  ///
  /// @throws IllegalArgumentException if there is no such node
  public List<Integer> cpus(int node) {
    return find(node).cpus();
  }

  /// How far `to` is from `from`, 10 being the node itself.
  ///
  /// @throws IllegalArgumentException if there is no such node
  public int distance(int from, int to) {
    find(to);
    return find(from).distances().get(nodes().indexOf(to));
  }

  /// The mask of one node in the form `mbind` takes it: bit n of the words, counted from the lowest
  /// bit of the first, is node n.
  ///
  /// @return as many words as it takes to hold the bit
  /// @throws IllegalArgumentException if there is no such node
  public long[] nodeMask(int node) {
    find(node);
    return mask(node);
  }

  /// The mask of a node's processors in the form `sched_setaffinity` takes it.
  ///
  /// @return at least one word
  /// @throws IllegalArgumentException if there is no such node
  public long[] cpuMask(int node) {
    BitSet bits = new BitSet();
    find(node).cpus().forEach(bits::set);
    long[] words = bits.toLongArray();
    return words.length == 0 ? new long[1] : words;
  }

  private static long[] mask(int bit) {
    long[] words = new long[bit / Long.SIZE + 1];
    words[bit / Long.SIZE] = 1L << bit;
    return words;
  }

  private Node find(int number) {
    return nodes.stream()
        .filter(node -> node.number() == number)
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no such NUMA node; found " + number + "; expected one of " + nodes()));
  }

  private static List<Integer> nodeNumbers(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> NODE_NAME.matcher(String.valueOf(entry.getFileName())))
          .filter(Matcher::matches)
          .map(matcher -> Integer.valueOf(matcher.group(1)))
          .sorted()
          .toList();
    }
  }

  private static List<Integer> distances(Path node, List<Integer> numbers, int self)
      throws IOException {
    List<Integer> distances = new ArrayList<>();
    Path file = node.resolve("distance");
    String[] words = Files.isReadable(file) ? readLine(file).split("\\s+", -1) : new String[0];
    for (int i = 0; i < numbers.size(); i++) {
      int unread = numbers.get(i) == self ? LOCAL_DISTANCE : REMOTE_DISTANCE;
      distances.add(i < words.length ? Integer.parseInt(words[i]) : unread);
    }
    return List.copyOf(distances);
  }

  private static List<Integer> onlineCpus(Path sysRoot) {
    try {
      return parseList(readLine(sysRoot.resolve("devices/system/cpu/online")));
    } catch (IOException | RuntimeException unreadable) {
      return IntStream.range(0, Runtime.getRuntime().availableProcessors()).boxed().toList();
    }
  }

  /// Parses the kernel's lists, such as `0-3,8,10-11`; an empty one is no processors.
  static List<Integer> parseList(String list) {
    BitSet numbers = new BitSet();
    for (String range : list.split(",", -1)) {
      if (!range.isBlank()) {
        String[] ends = range.strip().split("-", 2);
        int first = Integer.parseInt(ends[0]);
        numbers.set(first, (ends.length == 1 ? first : Integer.parseInt(ends[1])) + 1);
      }
    }
    return numbers.stream().boxed().toList();
  }

  private static String readLine(Path file) throws IOException {
    return Files.readString(file).strip();
  }
}
