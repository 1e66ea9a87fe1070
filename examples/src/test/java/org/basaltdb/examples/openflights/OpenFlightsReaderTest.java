package org.basaltdb.examples.openflights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenFlightsReaderTest {
  private static List<List<String>> read(String text, int fieldCount) throws IOException {
    List<List<String>> records = new ArrayList<>();
    try (OpenFlightsReader reader =
        new OpenFlightsReader("text", new StringReader(text), fieldCount)) {
      for (List<String> record = reader.next(); record != null; record = reader.next()) {
        records.add(new ArrayList<>(record));
      }
    }
    return records;
  }

  @Test
  void fieldsMayBeEmptyNullOrQuoted() throws Exception {
    List<String> expected = new ArrayList<>(List.of("1", "a,b", ""));
    expected.add(null);
    expected.add("\\N");

    assertThat(read("1,\"a,b\",,\\N,\"\\\\N\"\n", 5)).containsExactly(expected);
  }

  @Test
  void quotesAreDoubledOrEscaped() throws Exception {
    assertThat(read("\"the \"\"city\"\"\",\"Xi\\'an\",\"\\\"\"", 3))
        .containsExactly(List.of("the \"city\"", "Xi'an", "\""));
  }

  @Test
  void linesEndInAnyWayAndEmptyOnesAreSkipped() throws Exception {
    assertThat(read("a\r\n\nb\n\"c\nd\"", 1))
        .containsExactly(List.of("a"), List.of("b"), List.of("c\nd"));
    assertThat(read("", 1)).isEmpty();
    assertThat(read("x,\n", 2)).containsExactly(List.of("x", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a,b\nc'    | found 1; expected 2 fields; text, line 2",
        "'\"a\"b,c'  | found 'b'; expected a comma or the end of the line; text, line 1",
        "'a,\"b'     | found the end of the file; expected a closing quote; text, line 1"
      })
  void whatIsMalformedIsNamedWithItsLine(String text, String message) {
    assertThatThrownBy(() -> read(text, 2))
        .isInstanceOf(IOException.class)
        .hasMessage("malformed record; " + message);
  }

  @Test
  void theFilesAreComplete() throws Exception {
    assertThat(keysOf(OpenFlightsReader.AIRPORTS, 14)).hasSize(7_698).contains("340");
    assertThat(count(OpenFlightsReader.ROUTES, 9)).isEqualTo(67_663);
  }

  private static Set<String> keysOf(String file, int fieldCount) throws IOException {
    Set<String> keys = new HashSet<>();
    try (OpenFlightsReader reader = OpenFlightsReader.open(file, fieldCount)) {
      for (List<String> record = reader.next(); record != null; record = reader.next()) {
        keys.add(record.getFirst());
      }
    }
    return keys;
  }

  private static int count(String file, int fieldCount) throws IOException {
    int count = 0;
    try (OpenFlightsReader reader = OpenFlightsReader.open(file, fieldCount)) {
      while (reader.next() != null) {
        count++;
      }
    }
    return count;
  }
}
