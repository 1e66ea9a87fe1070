package org.basaltdb.core.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;

/// The strings of the Big List of Naughty Strings are only text: as values and as keys. Where the
/// list is not at hand, the test is skipped.
class NaughtyStringsTest {
  private static final Path LIST =
      Path.of("../../shared/data/text/blns.json").toAbsolutePath().normalize();

  private static List<String> naughtyStrings() throws IOException {
    assumeTrue(
        Files.isReadable(LIST), () -> "skipped: there is no list of naughty strings at " + LIST);
    List<String> strings = jsonStrings(Files.readString(LIST));
    assertThat(strings).hasSizeGreaterThan(400);
    return strings;
  }

  @Test
  void theyComeBackAsTheyWere() throws IOException {
    RowLayout layout =
        new RowLayout(
            TableSchema.builder("texts")
                .column("key", ColumnType.VARCHAR)
                .maxLength(1_000)
                .column("value", ColumnType.VARCHAR)
                .column("number", ColumnType.INT)
                .primaryKey("key", "number")
                .build());
    MemoryBudget budget = new MemoryBudget(1 << 20);
    RowBuffer row = new RowBuffer(new RowImageWriter(layout, budget));
    Key key = new Key(new KeyImageWriter(layout, budget));
    RowView view = new RowView(new RowImageReader(layout, layout.everything(), budget));
    for (String naughty : naughtyStrings()) {
      byte[] utf8 = naughty.getBytes(StandardCharsets.UTF_8);
      row.setInt("number", 1).setString("key", naughty).setUtf8("value", utf8);
      long image = row.writer().encodeRow();
      view.reader().show(image);
      assertThat(view.getString("key")).isEqualTo(naughty);
      assertThat(view.getString("value")).isEqualTo(naughty);
      byte[] copy = new byte[utf8.length];
      assertThat(view.copyUtf8("key", copy)).isEqualTo(copy.length);
      assertThat(copy).isEqualTo(utf8);
      long keyImage = key.setString("key", naughty).setInt("number", 1).writer().encode();
      assertThat(KeyCodec.matches(layout, keyImage, image, RowCodec.rowBytes(image))).isTrue();
      keyImage = key.setString("key", naughty + "\0").writer().encode();
      assertThat(KeyCodec.matches(layout, keyImage, image, RowCodec.rowBytes(image))).isFalse();
    }
    row.writer().free("test");
    key.writer().free("test");
    view.reader().free("test");
  }

  /// The elements of a JSON array of strings.
  private static List<String> jsonStrings(String json) {
    List<String> strings = new ArrayList<>();
    Matcher matcher = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
    while (matcher.find()) {
      strings.add(unescape(matcher.group(1)));
    }
    return strings;
  }

  private static String unescape(String escaped) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escape = escaped.charAt(++i);
      switch (escape) {
        case 'u' -> {
          text.append((char) Integer.parseInt(escaped.substring(i + 1, i + 5), 16));
          i += 4;
        }
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        default -> text.append(escape);
      }
    }
    return text.toString();
  }
}
