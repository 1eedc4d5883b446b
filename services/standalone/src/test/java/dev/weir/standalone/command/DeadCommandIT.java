package dev.weir.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.client.Answer;
import dev.weir.client.AnswerEvent;
import dev.weir.client.WeirClient;
import dev.weir.proto.InvalidRequestException;
import dev.weir.stream.EmbeddedBroker;
import dev.weir.stream.Intake;
import dev.weir.stream.IntakeOptions;
import dev.weir.stream.StreamAdmin;
import dev.weir.stream.StreamConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir dead} on a real broker, beside a worker that refuses all. */
final class DeadCommandIT {
  private static EmbeddedBroker broker;
  private static Intake intake;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start(@TempDir Path folder) {
    broker = EmbeddedBroker.start(folder);
    StreamConfig streams = StreamConfig.of(broker.bootstrap());
    try (StreamAdmin admin = new StreamAdmin(streams)) {
      admin.ensure(List.of("echo"));
    }
    intake =
        Intake.start(
            streams,
            IntakeOptions.of("echo", "w1", 1, "test"),
            (request, headers, sink) -> {
              throw new InvalidRequestException("prompt", "too_loud", "prompt: too loud");
            },
            null);
  }

  @AfterAll
  static void stop() {
    intake.close();
    broker.close();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    List<String> line = new ArrayList<>(List.of("dead"));
    line.addAll(List.of(arguments));
    line.addAll(List.of("--bootstrap", broker.bootstrap()));
    return WeirCommand.run(
        new PrintWriter(out, true), new PrintWriter(err, true), line.toArray(String[]::new));
  }

  /** Asks, and waits for the refusal. */
  private static String refused(WeirClient client, String prompt) {
    try (Answer answer = client.ask(WeirClient.prompt("echo", prompt))) {
      for (AnswerEvent event : answer) {
        if (event instanceof AnswerEvent.End) {
          break;
        }
      }
      return answer.requestId();
    }
  }

  private JsonNode listed(String id) throws Exception {
    while (true) { // the copy follows the end of the stream
      assertThat(run("list", "--json")).isZero();
      for (JsonNode dead : new ObjectMapper().readTree(out.toString())) {
        if (dead.get("id").textValue().equals(id)) {
          return dead;
        }
      }
    }
  }

  @Test
  void aRefusedRequestIsListedShownAndRetriedOnce() throws Exception {
    String id;
    try (WeirClient client = WeirClient.connect(broker.bootstrap())) {
      id = refused(client, "HELLO THERE");
    }
    JsonNode dead = listed(id);
    assertThat(dead.get("code").textValue()).isEqualTo("too_loud");
    assertThat(dead.get("attempts").intValue()).isEqualTo(1);
    assertThat(dead.get("model").textValue()).isEqualTo("echo");

    assertThat(run("list")).isZero();
    assertThat(out.toString()).contains("TIME (UTC)", id, "too_loud: prompt: too loud");
    assertThat(run("show", id)).isZero();
    assertThat(out.toString()).contains("HELLO THERE", "field:      prompt", "attempts:   1");
    assertThat(run("show", id, "--json")).isZero();
    JsonNode shown = new ObjectMapper().readTree(out.toString());
    assertThat(shown.at("/request/prompt").textValue()).isEqualTo("HELLO THERE");

    assertThat(run("retry", id)).isZero();
    assertThat(out.toString()).startsWith(id + " is retried as ").contains("weir follow ");
    String newId = out.toString().strip().replaceFirst(".* ", "");
    assertThat(listed(newId).get("retry_of").textValue()).isEqualTo(id);
    assertThat(listed(id).get("retried_as").textValue()).isEqualTo(newId);
    assertThat(run("retry", id)).isEqualTo(1);
    assertThat(err.toString()).contains("was retried as " + newId + " already");

    assertThat(run("retry", "--all")).isZero(); // the retry was refused too, and is open
    assertThat(out.toString()).contains(newId + " is retried as ", "1 retried, 0 not");
  }

  @Test
  void whatIsNotDeadIsToldInOneLine() {
    assertThat(run("show", "018f")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "weir: no request '018f' was given up; 'weir dead list' shows those that were\n");
  }
}
