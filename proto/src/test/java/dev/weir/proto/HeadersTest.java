package dev.weir.proto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Queued;
import dev.weir.proto.v1.Started;
import dev.weir.proto.v1.Tokens;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of records, read and written. */
final class HeadersTest {
  @Test
  void absentAndEmptyHeadersAreTheDefaults() {
    for (Headers headers :
        new Headers[] {
          Headers.NONE,
          Headers.of(
              Map.of(
                  "tenant", new byte[0],
                  "deadline", new byte[0],
                  "priority", new byte[0],
                  "content-type", new byte[0]))
        }) {
      assertThat(headers.tenant()).isEqualTo("default");
      assertThat(headers.deadlineMs()).isZero();
      assertThat(headers.priority()).isZero();
      assertThat(headers.traceparent()).isNull();
      assertThat(headers.contentType()).isEqualTo(ContentType.JSON);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1767225600123, 1767225600123",
    "2026-01-01T00:00:00Z, 1767225600000", // date -u -d 2026-01-01 +%s
    "2026-01-01T00:00:00.123Z, 1767225600123",
    "2026-01-01T01:00:00+01:00, 1767225600000"
  })
  void aDeadlineIsMillisecondsOrATime(String text, long ms) {
    assertThat(header("deadline", text).deadlineMs()).isEqualTo(ms);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-5",
        "0",
        "99999999999999999999",
        "9999999999999999999",
        "soon",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "+999999999-12-31T23:59:59Z"
      })
  void aDeadlineThatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> header("deadline", text).deadlineMs())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "deadline: must be milliseconds since 1970 or a time such as 2026-01-31T12:00:00Z");
  }

  @Test
  void prioritiesAreWholeNumbers() {
    assertThat(header("priority", "-7").priority()).isEqualTo(-7);
    assertThatThrownBy(() -> header("priority", "high").priority())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("priority: must be a whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a/b", "ü", "x\n"})
  void tenantsAreNames(String text) {
    assertThatThrownBy(() -> header("tenant", text).tenant())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("tenant: must be ");
  }

  @Test
  void tenantsHaveAtMost64Characters() {
    assertThat(header("tenant", "x".repeat(64)).tenant()).hasSize(64);
    assertThatThrownBy(() -> header("tenant", "x".repeat(65)).tenant())
        .isInstanceOf(InvalidRequestException.class);
  }

  // Examples of W3C Trace Context, section 3.2.
  @Test
  void aTraceparentIsTakenOnlyInW3cForm() {
    String right = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    assertThat(header("traceparent", right).traceparent()).isEqualTo(right);
    for (String wrong :
        new String[] {
          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
          right + "-x"
        }) {
      assertThat(header("traceparent", wrong).traceparent()).isNull();
    }
  }

  @Test
  void requestsAndChunksThatAreEventsCarryCloudEvents() {
    assertThat(texts(CloudEvents.ofRequest("id-1", "/weir/gateway/a", 1767225600123L)))
        .isEqualTo(
            Map.of(
                "ce_specversion", "1.0",
                "ce_id", "id-1",
                "ce_source", "/weir/gateway/a",
                "ce_type", "dev.weir.request.v1",
                "ce_time", "2026-01-01T00:00:00.123Z"));
    Chunk started =
        Chunk.newBuilder()
            .setAttempt(ByteString.copyFrom(new byte[] {(byte) 0xab, 1}))
            .setStarted(Started.getDefaultInstance())
            .build();
    Map<String, String> headers = texts(CloudEvents.ofChunk("id-1", started, "/w", 0));
    assertThat(headers)
        .containsEntry("ce_type", "dev.weir.chunk.started.v1")
        .containsEntry("ce_id", "id-1/ab01/started")
        .containsEntry("ce_time", "1970-01-01T00:00:00Z");
    assertThat(type(Chunk.newBuilder().setQueued(Queued.getDefaultInstance())))
        .isEqualTo("dev.weir.chunk.queued.v1");
    assertThat(type(Chunk.newBuilder().setFinished(Finished.getDefaultInstance())))
        .isEqualTo("dev.weir.chunk.finished.v1");
    assertThat(texts(CloudEvents.ofResult("id-1", "/l", 0)))
        .containsEntry("ce_type", "dev.weir.result.v1");
  }

  @Test
  void tokensAndPicturesAreLight() {
    for (Chunk.Builder chunk :
        new Chunk.Builder[] {
          Chunk.newBuilder().setTokens(Tokens.getDefaultInstance()),
          Chunk.newBuilder().setPreview(Preview.getDefaultInstance()),
          Chunk.newBuilder().setImage(ImagePart.getDefaultInstance())
        }) {
      assertThat(CloudEvents.ofChunk("id", chunk.build(), "/w", 0)).isEmpty();
    }
  }

  private static String type(Chunk.Builder chunk) {
    return String.valueOf(texts(CloudEvents.ofChunk("id", chunk.build(), "/w", 0)).get("ce_type"));
  }

  private static Map<String, String> texts(Map<String, byte[]> headers) {
    return headers.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> new String(e.getValue(), UTF_8)));
  }

  private static Headers header(String name, String text) {
    return Headers.of(Map.of(name, text.getBytes(UTF_8)));
  }
}
