package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchServeCommandTest {
  @TempDir Path data = Path.of("");

  private final StringWriter err = new StringWriter();

  private int run(String... options) {
    List<String> arguments = new ArrayList<>(List.of("bench", "serve", "--data", data.toString()));
    arguments.addAll(List.of(options));
    return WeirCommand.run(
        new PrintWriter(new StringWriter()),
        new PrintWriter(err, true),
        arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --rate 0                          | an open loop of 0.0 requests a second
          --rate -1                         | an open loop of -1.0 requests a second
          --rate NaN                        | an open loop of NaN requests a second
          --rate fast                       | 'fast' is not a double
          --concurrency 0                   | a closed loop of 0 clients
          --rounds 0                        | --rounds is 0, must be at least 1
          --slots -3                        | --slots is -3, must be at least 1
          --url http://127.0.0.1:99999      | --url: 'http://127.0.0.1:99999' is no address
          --url localhost:8080              | --url: 'localhost:8080' is no address
          --peer weir=http://localhost:1    | --peer weir: the name stands for another server
          --peer llama-server-x=http://h:1  | --peer llama-server-x: the name stands for
          """)
  void wrongUseIsToldBeforeAnythingStarts(String options, String message) {
    assertThat(run(options.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aModelThatIsNotHereIsToldWithHowToGetIt() {
    assertThat(run("--model", "unknown")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("weir: model 'unknown' is not on this machine; fetch it: weir pull unknown");
  }

  @Test
  void aFileThatCannotBeWrittenIsToldBeforeAnythingRuns() {
    assertThat(run("--json", data.resolve("none/serve.json").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no file can be written there");
  }
}
