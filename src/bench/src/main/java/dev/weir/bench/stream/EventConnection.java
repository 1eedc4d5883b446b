package dev.weir.bench.stream;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A stream as server-sent events: asked for and followed, on one connection. */
final class EventConnection extends LoadConnection {
  private static final int LINE_LIMIT = 1 << 20;
  private static final byte[] DATA = StreamTally.ascii("data: ");
  private static final byte[] FINISHED = StreamTally.ascii("\"finished\":{");
  private static final byte[] DONE = StreamTally.ascii("data: [DONE]");
  private static final byte[] ERROR = StreamTally.ascii("\"error\":{");

  private final URI gateway;
  private final StreamTally tally;
  private final boolean openAi;
  private HttpAnswer answer = new HttpAnswer();
  private byte[] line = new byte[1024];
  private int length;
  private int nowTicks;
  private boolean asked;
  private String path;

  private EventConnection(URI gateway, StreamTally tally, boolean openAi, String path) {
    this.gateway = gateway;
    this.tally = tally;
    this.openAi = openAi;
    this.path = path;
  }

  /** Asks for an answer at {@code /v1/requests} and follows it at {@code /v1/streams}. */
  static EventConnection ask(URI gateway, StreamTally tally) {
    return new EventConnection(gateway, tally, false, "");
  }

  /** Asks for a completion that is streamed, as clients of the OpenAI API do. */
  static EventConnection complete(URI gateway, StreamTally tally) {
    return new EventConnection(gateway, tally, true, "");
  }

  /**
   * Follows a stream that others have asked for.
   *
   * @param from where it begins, as {@code /v1/requests} told it
   */
  static EventConnection follow(URI gateway, StreamTally tally, String id, String from) {
    return new EventConnection(gateway, tally, false, "/v1/streams/" + id + "?from=" + from);
  }

  StreamTally tally() {
    return tally;
  }

  @Override
  void onConnected() {
    if (!path.isEmpty()) {
      get();
    } else if (openAi) {
      post("/v1/completions", "\"stream\":true,");
      asked = true;
    } else {
      post("/v1/requests", "");
    }
  }

  private void post(String target, String more) {
    byte[] body = ("{" + more + LoadRequest.FIELDS + "}").getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        StreamTally.ascii(
            "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(target, gateway.getAuthority(), body.length)));
    request.writeBytes(body);
    write(request.toByteArray());
  }

  private void get() {
    asked = true;
    answer = new HttpAnswer();
    write(
        StreamTally.ascii(
            "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n"
                .formatted(path, gateway.getAuthority())));
  }

  @Override
  void onBytes(ByteBuffer bytes, int now) {
    nowTicks = now;
    while (bytes.hasRemaining() && state() != State.ENDED && state() != State.FAILED) {
      answer.take(bytes, this::onByte);
      if (asked && answer.headHasCome() && answer.status() == 200) {
        if (state() == State.OPENING) {
          to(State.OPEN);
        }
      } else if (answer.isDone()) {
        onAnswer();
      }
    }
  }

  /** Of the question, or a refusal. */
  private void onAnswer() {
    if (answer.status() != 202) {
      fail(
          "status %d: %s"
              .formatted(answer.status(), new String(line, 0, length, StandardCharsets.UTF_8)));
      return;
    }
    path =
        "/v1/streams/%s?from=%s"
            .formatted(
                StreamTally.field("id", line, length), StreamTally.field("from", line, length));
    length = 0;
    get();
  }

  private void onByte(byte b) {
    if (b == '\n' && asked) {
      onLine();
      length = 0;
      return;
    }
    if (length == line.length) {
      if (length >= LINE_LIMIT) {
        throw new IllegalStateException("an event is longer than " + LINE_LIMIT + " bytes");
      }
      line = Arrays.copyOf(line, 2 * length);
    }
    line[length++] = b;
  }

  private void onLine() {
    if (StreamTally.behind(DATA, line, Math.min(length, DATA.length)) < 0) {
      return; // id, event, a comment
    }
    if (StreamTally.behind(ERROR, line, length) >= 0) {
      fail("the stream ends with " + new String(line, 0, length, StandardCharsets.UTF_8));
    } else if (openAi) {
      if (StreamTally.behind(DONE, line, length) >= 0) {
        to(State.ENDED);
      } else {
        tally.tokens(line, length, false, nowTicks);
      }
    } else if (StreamTally.behind(FINISHED, line, length) >= 0) {
      tally.finished(line, length);
      to(State.ENDED);
    } else {
      tally.tokens(line, length, true, nowTicks);
    }
  }
}
