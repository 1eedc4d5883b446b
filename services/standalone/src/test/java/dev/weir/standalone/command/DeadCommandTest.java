package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.ContentType;
import dev.weir.proto.v1.Failure;
import dev.weir.stream.DeadLetter;
import dev.weir.stream.DeadRequest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeadCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return WeirCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          dead list --limit 0          | --limit is 0, must be 1 to 10000
          dead list --limit many       | 'many' is not an int
          dead show                    | Missing required parameter: 'REQUEST_ID'
          dead retry                   | name one REQUEST_ID, or say --all
          dead retry 018f --all        | name one REQUEST_ID, or say --all, not both
          dead retry --all --again     | --again is for one REQUEST_ID, not for --all
          dead bury                    | Unmatched argument at index 1: 'bury'
          """)
  void wrongUseIsToldBeforeKafkaIsAsked(String line, String message) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void whatStrangersWroteCannotSteerTheTerminal() {
    DeadPrinter.print(letter("\u001b[2J{\"model\":".getBytes(StandardCharsets.UTF_8)), print());
    assertThat(out.toString())
        .contains("request, which cannot be read:", "[2J{\"model\":", "message:    no JSON")
        .doesNotContain("\u001b");
  }

  @Test
  void bytesThatAreNoTextAreNotShownAsText() {
    DeadPrinter.print(letter(new byte[] {(byte) 0xff, 0, 1}), print());
    assertThat(out.toString()).contains("3 bytes that are no text: ff0001");
  }

  private PrintWriter print() {
    return new PrintWriter(out, true);
  }

  private static DeadLetter letter(byte @Nullable [] value) {
    Failure failure =
        Failure.newBuilder()
            .setKind("invalid_request")
            .setCode("invalid_json")
            .setMessage("no JSON\u001b]0;x")
            .build();
    return new DeadLetter(
        new DeadRequest("018f", 0, "echo", "default", failure, 1, "t", 4, null, null),
        List.of(new DeadLetter.HeaderValue("x", new byte[] {27})),
        value,
        value == null ? 0 : value.length,
        ContentType.JSON,
        null);
  }
}
