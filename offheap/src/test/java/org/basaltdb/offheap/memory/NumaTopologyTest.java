package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumaTopologyTest {
  @TempDir private Path sys;

  @Test
  void readsNodesProcessorsAndDistances() throws IOException {
    node(0, "0-3,8\n", "10 21 31\n");
    node(1, "4-7,9-10\n", "21 10 17\n");
    node(70, "\n", "31 17 10\n");
    NumaTopology topology = NumaTopology.read(sys);
    assertThat(topology.nodeCount()).isEqualTo(3);
    assertThat(topology.nodes()).containsExactly(0, 1, 70);
    assertThat(topology.hasNode(70)).isTrue();
    assertThat(topology.hasNode(2)).isFalse();
    assertThat(topology.cpus(0)).containsExactly(0, 1, 2, 3, 8);
    assertThat(topology.cpus(1)).containsExactly(4, 5, 6, 7, 9, 10);
    assertThat(topology.cpus(70)).isEmpty();
    assertThat(topology.distance(0, 70)).isEqualTo(31);
    assertThat(topology.distance(70, 1)).isEqualTo(17);
    assertThat(topology.distance(1, 1)).isEqualTo(10);
  }

  @Test
  void theMaskOfANodeHasThatBitInTheKernelsOrderOfBytes() throws IOException {
    node(0, "0\n", "10 20 20\n");
    node(3, "1\n", "20 10 20\n");
    node(70, "2\n", "20 20 10\n");
    NumaTopology topology = NumaTopology.read(sys);
    assertThat(bytes(topology.nodeMask(0))).containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
    assertThat(bytes(topology.nodeMask(3))).containsExactly(8, 0, 0, 0, 0, 0, 0, 0);
    assertThat(bytes(topology.nodeMask(70)))
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void theMaskOfProcessorsHasABitForEach() throws IOException {
    node(0, "0-3,64\n", "10 20\n");
    node(1, "\n", "20 10\n");
    NumaTopology topology = NumaTopology.read(sys);
    assertThat(topology.cpuMask(0)).containsExactly(0b1111, 1);
    assertThat(topology.cpuMask(1)).containsExactly(0);
  }

  @Test
  void distancesAreGuessedWhereTheKernelShowsNone() throws IOException {
    Path first = Files.createDirectories(sys.resolve("devices/system/node/node0"));
    Path second = Files.createDirectories(sys.resolve("devices/system/node/node1"));
    Files.writeString(first.resolve("cpulist"), "0");
    Files.writeString(second.resolve("cpulist"), "1");
    NumaTopology topology = NumaTopology.read(sys);
    assertThat(topology.distance(0, 0)).isEqualTo(10);
    assertThat(topology.distance(0, 1)).isEqualTo(20);
  }

  @Test
  void oneNodeWithEveryProcessorWhereNothingIsShown() throws IOException {
    Path cpus = Files.createDirectories(sys.resolve("devices/system/cpu"));
    Files.writeString(cpus.resolve("online"), "0-5\n");
    NumaTopology topology = NumaTopology.read(sys);
    assertThat(topology.nodes()).containsExactly(0);
    assertThat(topology.cpus(0)).hasSize(6);
    assertThat(NumaTopology.read(sys.resolve("missing")).nodeCount()).isEqualTo(1);
  }

  @Test
  void oneNodeWhereWhatIsShownMakesNoSense() throws IOException {
    node(0, "zero to three\n", "10\n");
    assertThat(NumaTopology.read(sys).nodes()).containsExactly(0);
  }

  @Test
  void aNodeThatIsNotThereIsNamed() throws IOException {
    node(0, "0\n", "10\n");
    NumaTopology topology = NumaTopology.read(sys);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> topology.nodeMask(4))
        .withMessageContaining("found 4")
        .withMessageContaining("[0]");
  }

  @Test
  void thisMachineHasANodeWithProcessors() {
    NumaTopology topology = NumaTopology.system();
    assertThat(topology.nodes().stream().mapToInt(node -> topology.cpus(node).size()).sum())
        .isPositive();
  }

  private void node(int number, String cpus, String distances) throws IOException {
    Path node = Files.createDirectories(sys.resolve("devices/system/node/node" + number));
    Files.writeString(node.resolve("cpulist"), cpus);
    Files.writeString(node.resolve("distance"), distances);
    Files.createDirectories(sys.resolve("devices/system/node/power"));
  }

  private static byte[] bytes(long[] words) {
    ByteBuffer buffer =
        ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asLongBuffer().put(words);
    return buffer.array();
  }
}
