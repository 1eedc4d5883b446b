package dev.weir.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class LoadConnectionTest {
  private static final URI GATEWAY = URI.create("http://127.0.0.1:1");
  private static final int RECORDS = 40;

  private final StreamTally tally = new StreamTally(new Delays());

  /** Gives it the bytes in pieces of any size. */
  private static void feed(LoadConnection connection, byte[] bytes, Random random) {
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, 1 + random.nextInt(60));
      connection.onBytes(ByteBuffer.wrap(bytes, at, length).slice(), 0);
      at += length;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String chunk(String body) {
    return Integer.toHexString(bytes(body).length) + "\r\n" + body + "\r\n";
  }

  @Property(tries = 200)
  void anEventStreamIsReadWhateverThePiecesItComesIn(@ForAll long seed) {
    StreamTally seen = new StreamTally(new Delays());
    EventConnection connection = EventConnection.follow(GATEWAY, seen, "id", "0-0");
    connection.onConnected();
    StringBuilder answer =
        new StringBuilder(
            "HTTP/1.1 200 OK\r\n"
                + "content-type: text/event-stream\r\n"
                + "transfer-encoding: chunked\r\n\r\n");
    answer.append(chunk(": ping\n\n"));
    for (int i = 0; i < RECORDS; i++) {
      answer.append(
          chunk(
              "id: 3-%d\nevent: tokens\ndata: {\"tokens\":{%s\"ids\":[7],\"text\":\"AAAA\"}}\n\n"
                  .formatted(i, i == 0 ? "" : "\"first_index\":" + i + ",")));
    }
    answer.append(chunk("event: finished\ndata: {\"finished\":{\"total\":" + RECORDS + "}}\n\n"));
    answer.append("0\r\n\r\n");

    feed(connection, bytes(answer.toString()), new Random(seed));

    assertThat(connection.state()).isEqualTo(LoadConnection.State.ENDED);
    assertThat(seen.seen()).isEqualTo(RECORDS);
    assertThat(seen.lost()).isZero();
    assertThat(seen.doubled()).isZero();
  }

  @Property(tries = 200)
  void aSocketIsReadWhateverThePiecesItComesIn(@ForAll long seed) {
    StreamTally seen = new StreamTally(new Delays());
    SocketConnection connection = SocketConnection.ask(GATEWAY, seen);
    connection.onConnected();
    Random random = new Random(seed);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.writeBytes(bytes("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"));
    answer.writeBytes(
        frame(1, "{\"type\":\"accepted\",\"ref\":\"1\",\"id\":\"an-id\",\"from\":\"3-4\"}"));
    for (int i = 0; i < RECORDS; i++) {
      if (random.nextInt(5) == 0) {
        answer.writeBytes(frame(9, ""));
      }
      String padding = "x".repeat(random.nextInt(300)); // beyond what a short frame holds
      answer.writeBytes(
          frame(
              1,
              "{\"type\":\"tokens\",\"id\":\"%s\",\"first_index\":%d,\"text\":\"AAAA\"}"
                  .formatted(padding, i)));
    }
    answer.writeBytes(frame(1, "{\"type\":\"finished\",\"total\":" + RECORDS + "}"));

    feed(connection, answer.toByteArray(), random);

    assertThat(connection.state()).isEqualTo(LoadConnection.State.ENDED);
    assertThat(connection.id()).isEqualTo("an-id");
    assertThat(connection.from()).isEqualTo("3-4");
    assertThat(seen.seen()).isEqualTo(RECORDS);
    assertThat(seen.lost()).isZero();
  }

  private static byte[] frame(int opcode, String text) {
    byte[] payload = bytes(text);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(0x80 | opcode);
    if (payload.length < 126) {
      frame.write(payload.length);
    } else {
      frame.write(126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(payload);
    return frame.toByteArray();
  }

  @Test
  void whatIsRefusedTellsTheGatewaysWords() {
    EventConnection connection = EventConnection.ask(GATEWAY, tally);
    connection.onConnected();

    feed(
        connection,
        bytes("HTTP/1.1 429 Too Many\r\ncontent-length: 17\r\n\r\n{\"error\":\"later\"}"),
        new Random(1));

    assertThat(connection.state()).isEqualTo(LoadConnection.State.FAILED);
    assertThat(connection.failure()).isEqualTo("status 429: {\"error\":\"later\"}");
  }

  @Test
  void anErrorInTheMiddleOfAStreamIsNoEnd() {
    SocketConnection connection = SocketConnection.ask(GATEWAY, tally);
    connection.onConnected();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    answer.writeBytes(bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    answer.writeBytes(frame(1, "{\"type\":\"error\",\"code\":\"overloaded\"}"));

    feed(connection, answer.toByteArray(), new Random(1));

    assertThat(connection.state()).isEqualTo(LoadConnection.State.FAILED);
    assertThat(connection.failure()).contains("overloaded");
  }

  @Test
  void noSocketIsOpenedWhereTheHandshakeFails() {
    SocketConnection connection = SocketConnection.idle(GATEWAY);
    connection.onConnected();

    feed(connection, bytes("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"), new Random(1));

    assertThat(connection.state()).isEqualTo(LoadConnection.State.FAILED);
    assertThat(connection.failure()).contains("503");
  }
}
