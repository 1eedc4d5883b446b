package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchStreamCommandTest {
  @TempDir Path data = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    List<String> arguments = new ArrayList<>(List.of(words));
    arguments.addAll(List.of("--data", data.toString()));
    return WeirCommand.run(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          bench stream                                 | say what to measure: --faults, --scale or --simulate
          bench stream --simulate --scale              | say what to measure: --faults, --scale or --simulate
          bench stream --simulate 0                    | --simulate takes at least one schedule
          bench stream --faults soon                   | 'soon' is no duration such as 90s or 1h30m
          bench stream --faults 0s                     | '0s' must be longer than nothing
          bench stream --faults 1m --kinds flood       | 'flood' is no kind of fault; there are worker-kill,
          broker --node 2                              | node is 2, but the quorum has controllers 1 to 1
          broker --quorum 9191,9191                    | needs a port of its own
          broker --external 9200                       | --external must be PORT=HOST:PORT, not '9200'
          broker --external 9200=proxy                 | must be HOST:PORT, not 'proxy'
          text-worker smollm2 --lock never             | 'never' is no duration such as 90s or 1h30m
          """)
  void wrongUseIsToldBeforeAnythingStarts(String words, String message) {
    assertThat(run(words.split(" +"))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aModelThatIsNotHereIsToldBeforeAnythingStarts() {
    assertThat(run("bench", "stream", "--faults", "1m", "--model", "unknown")).isEqualTo(1);
    assertThat(err.toString()).contains("model 'unknown' is not on this machine");
  }

  @Test
  void schedulesAreRunInVirtualTimeAndCounted() throws Exception {
    Path json = data.resolve("simulated.json");
    assertThat(run("bench", "stream", "--simulate", "500", "--json", json.toString())).isZero();
    assertThat(out.toString()).containsPattern("stream\\.simulated +500 schedules");
    assertThat(Files.readString(json)).contains("stream.simulation.violations");
    assertThat(err.toString()).doesNotContain("lost"); // what goes wrong there is nobody's fault
  }

  @Test
  void oneScheduleIsShownWithAllThatHappensInIt() {
    assertThat(run("bench", "stream", "--simulate", "--seed", "3")).isZero();
    assertThat(out.toString()).contains("Schedule[", "everything holds");
  }

  @Test
  void everyKindOfFaultIsInTheHelp() {
    assertThat(run("bench", "stream", "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("worker-kill-again", "writes-refused", "rolling-restart");
  }
}
