package org.basaltdb.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  private static final String NAME = "test.get";

  private static Report report() {
    Report report = new Report();
    report.group(NAME, "get", Unit.NANOS_A_ROW, "map");
    double[] map = {100, 200, 110, 90, 105};
    double[] basalt = {120, 240, 132, 108, 126};
    for (int round = 0; round < map.length; round++) {
      report.add(NAME, "map", map[round]);
      report.add(NAME, "basalt", basalt[round]);
    }
    return report;
  }

  private static String printed(Report report) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aRatioIsTheMedianOfTheRounds() {
    Figure basalt = report().figure(NAME, "basalt");
    Figure map = report().figure(NAME, "map");
    assertThat(basalt).isNotNull();
    assertThat(map).isNotNull();
    assertThat(basalt.median()).isEqualTo(126);
    assertThat(basalt.least()).isEqualTo(108);
    assertThat(basalt.most()).isEqualTo(240);
    assertThat(basalt.over(map)).isCloseTo(1.2, within(1e-9));
  }

  @Test
  void aMedianOfAnEvenNumberLiesBetween() {
    assertThat(Figure.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
    assertThat(Figure.median(new double[0])).isNaN();
  }

  @Test
  void barsPassAtTheirLimit() {
    Report report = report();
    report.bar(Bar.atMostTimes(1.2000001, NAME, "basalt", "map"));
    report.bar(Bar.rateAtLeastTimes(0.83, NAME, "basalt", "map"));
    report.bar(Bar.atMost(NAME, "basalt", 126));
    report.bar(Bar.atLeast(NAME, "basalt", 126));
    assertThat(report.passes(false)).isTrue();
    assertThat(printed(report)).contains("pass").doesNotContain("FAIL");
  }

  @Test
  void oneMissedBarFailsTheRun() {
    Report report = report();
    report.bar(Bar.atMost(NAME, "basalt", 1_000));
    report.bar(Bar.atLeastTimes(1.3, NAME, "basalt", "map"));
    assertThat(report.passes(false)).isFalse();
    assertThat(printed(report)).contains("pass").contains("FAIL");
  }

  @Test
  void aBarWhoseSubjectIsAbsentCountsUnlessItWasLeftOut() {
    Report report = report();
    report.bar(Bar.atMostTimes(0.1, NAME, "basalt", "nobody"));
    report.bar(Bar.atMost(NAME, "nobody", 0.1));
    assertThat(report.passes(true)).isTrue();
    assertThat(report.passes(false)).as("a bar that nobody could judge").isFalse();
    assertThat(printed(report)).contains("not judged").doesNotContain("FAIL");
  }

  @Test
  void tablesKeepTheOrderOfSubjects() {
    Report report = report();
    report.subjects(List.of("basalt", "map"));
    assertThat(printed(report).indexOf("  basalt")).isLessThan(printed(report).indexOf("  map"));
  }

  @Test
  void jsonHasOneObjectALine(@TempDir Path directory) throws IOException {
    Report report = report();
    report.bar(Bar.atMostTimes(1.3, NAME, "basalt", "map"));
    Path file = directory.resolve("result.json");
    report.writeJson(file);
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "{\"name\":\"test.get\",\"subject\":\"map\",\"value\":105,\"unit\":\"ns/row\","
                + "\"ratio\":1,\"bar\":null,\"pass\":null}",
            "{\"name\":\"test.get\",\"subject\":\"basalt\",\"value\":126,\"unit\":\"ns/row\","
                + "\"ratio\":1.20000,\"bar\":null,\"pass\":null}",
            "{\"name\":\"test.get\",\"subject\":\"basalt\",\"value\":126,\"unit\":\"ns/row\","
                + "\"ratio\":1.20000,\"bar\":\"<= 1.3 x map\",\"pass\":true}");
  }

  @Test
  void jsonEscapesWhatItMust() {
    assertThat(Json.string("a\"b\\c\n")).isEqualTo("\"a\\\"b\\\\c\\u000a\"");
    assertThat(Json.number(Double.NaN)).isEqualTo("null");
  }
}
