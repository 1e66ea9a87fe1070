package org.basaltdb.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.junit.jupiter.api.Test;

class ImageMapTest {
  private record Image(int slot, int checksum) {}

  @Test
  void everyPageHasTheImageThatWasPutLast() {
    MemoryBudget budget = new MemoryBudget(64 << 20);
    try (Region region =
        Region.reserve("map", 16 << 20, Region.ANY_NODE, budget, Owner.PAGE_TABLE)) {
      ImageMap map = new ImageMap(region);
      map.commit(100);
      map.commit(50);
      assertThat(map.committedPages()).isEqualTo(100);
      map.commit(1_000_000);
      SplittableRandom random = new SplittableRandom(3);
      Map<Integer, Image> expected = new HashMap<>();
      for (int i = 0; i < 20_000; i++) {
        int page = random.nextInt(5_000) * 200;
        if (random.nextInt(5) == 0) {
          map.clear(page);
          expected.remove(page);
        } else {
          int slot = random.nextInt(10) == 0 ? Integer.MAX_VALUE - 1 : random.nextInt(1 << 30);
          Image image = new Image(slot, random.nextInt());
          map.put(page, image.slot(), image.checksum());
          expected.put(page, image);
        }
      }
      for (int page = 0; page < 1_000_000; page += 200) {
        Image image = expected.get(page);
        assertThat(map.hasImage(page)).isEqualTo(image != null);
        if (image != null) {
          assertThat(new Image(map.slot(page), map.checksum(page))).isEqualTo(image);
        }
      }
    }
  }
}
