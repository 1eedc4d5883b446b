package dev.weir.bench.stream;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/** A WebSocket (RFC 6455) at {@code /v1/ws}: one stream, or nothing but pongs. */
final class SocketConnection extends LoadConnection {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int MESSAGE_LIMIT = 1 << 20;
  private static final byte[] NOTHING = {};

  private static final byte[] TOKENS = StreamTally.ascii("{\"type\":\"tokens\"");
  private static final byte[] ACCEPTED = StreamTally.ascii("{\"type\":\"accepted\"");
  private static final byte[] FINISHED = StreamTally.ascii("{\"type\":\"finished\"");
  private static final byte[] ERROR = StreamTally.ascii("{\"type\":\"error\"");

  private final URI gateway;
  private final StreamTally tally;

  /** What is said when the socket is open; empty: nothing, ever. */
  private final String first;

  private final HttpAnswer handshake = new HttpAnswer();

  /** What has come of a frame: its head, then its payload. */
  private byte[] frame = NOTHING;

  private int length;
  private volatile String id = "";
  private volatile String from = "";

  private SocketConnection(URI gateway, StreamTally tally, String first) {
    this.gateway = gateway;
    this.tally = tally;
    this.first = first;
  }

  /** Says nothing and hears nothing but pings. */
  static SocketConnection idle(URI gateway) {
    return new SocketConnection(gateway, new StreamTally(new Delays()), "");
  }

  /** Asks for an answer and follows it. */
  static SocketConnection ask(URI gateway, StreamTally tally) {
    return new SocketConnection(
        gateway,
        tally,
        "{\"type\":\"submit\",\"ref\":\"1\",\"credit\":1000000,\"request\":{"
            + LoadRequest.FIELDS
            + "}}");
  }

  /** Follows a stream that others have asked for. */
  static SocketConnection follow(URI gateway, StreamTally tally, String id, String from) {
    return new SocketConnection(
        gateway,
        tally,
        "{\"type\":\"follow\",\"credit\":1000000,\"id\":\"%s\",\"from\":\"%s\"}"
            .formatted(id, from));
  }

  StreamTally tally() {
    return tally;
  }

  /** Any thread: of the request that was asked for, once it is OPEN. */
  String id() {
    return id;
  }

  /** Any thread: where its stream begins. */
  String from() {
    return from;
  }

  @Override
  void onConnected() {
    byte[] nonce = new byte[16];
    ThreadLocalRandom.current().nextBytes(nonce);
    write(
        StreamTally.ascii(
            "GET /v1/ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n"
                .formatted(gateway.getAuthority(), Base64.getEncoder().encodeToString(nonce))));
  }

  @Override
  void onBytes(ByteBuffer bytes, int nowTicks) {
    if (!handshake.isRaw()) {
      handshake.take(bytes, b -> {});
      if (handshake.isRaw()) {
        if (first.isEmpty()) {
          to(State.OPEN);
        } else {
          send(TEXT, first.getBytes(StandardCharsets.UTF_8));
        }
      } else if (handshake.headHasCome()) {
        fail("no WebSocket: status " + handshake.status());
        return;
      }
    }
    while (bytes.hasRemaining() && state() != State.FAILED) {
      take(bytes, nowTicks);
    }
  }

  private void take(ByteBuffer bytes, int nowTicks) {
    while (bytes.hasRemaining() && length < headLength()) {
      add(bytes.get());
    }
    if (length < headLength()) {
      return;
    }
    int head = headLength();
    int whole = head + payloadLength(head);
    if (frame.length < whole) {
      frame = Arrays.copyOf(frame, whole);
    }
    int count = Math.min(bytes.remaining(), whole - length);
    bytes.get(frame, length, count);
    length += count;
    if (length == whole) {
      byte[] payload = Arrays.copyOfRange(frame, head, whole);
      int opcode = frame[0] & 15;
      length = 0;
      if (first.isEmpty()) {
        frame = NOTHING; // 10,000 of them keep nothing
      }
      onFrame(opcode, payload, nowTicks);
    }
  }

  private void add(byte b) {
    if (frame.length == length) {
      frame = Arrays.copyOf(frame, Math.max(16, 2 * length));
    }
    frame[length++] = b;
  }

  /** Of a frame of a server: not masked. */
  private int headLength() {
    if (length < 2) {
      return 2;
    }
    return switch (frame[1] & 127) {
      case 126 -> 4;
      case 127 -> 10;
      default -> 2;
    };
  }

  private int payloadLength(int head) {
    if (head == 2) {
      return frame[1] & 127;
    }
    long payload = 0;
    for (int i = 2; i < head; i++) {
      payload = payload << 8 | frame[i] & 0xff;
    }
    if (payload < 0 || payload > MESSAGE_LIMIT) {
      throw new IllegalStateException("a message of " + payload + " bytes");
    }
    return (int) payload;
  }

  private void onFrame(int opcode, byte[] payload, int nowTicks) {
    switch (opcode) {
      case PING -> send(PONG, payload);
      case CLOSE -> fail("the gateway closed the socket");
      case TEXT -> onText(payload, nowTicks);
      default -> fail("a frame of the kind " + opcode);
    }
  }

  private void onText(byte[] json, int nowTicks) {
    if (starts(json, TOKENS)) {
      if (state() == State.OPENING) {
        to(State.OPEN);
      }
      tally.tokens(json, json.length, true, nowTicks);
    } else if (starts(json, ACCEPTED)) {
      id = StreamTally.field("id", json, json.length);
      from = StreamTally.field("from", json, json.length);
    } else if (starts(json, FINISHED)) {
      tally.finished(json, json.length);
      to(State.ENDED);
    } else if (starts(json, ERROR)) {
      fail(new String(json, StandardCharsets.UTF_8));
    }
  }

  private static boolean starts(byte[] json, byte[] with) {
    return json.length >= with.length && Arrays.equals(json, 0, with.length, with, 0, with.length);
  }

  /** A client's frames are masked. */
  private void send(int opcode, byte[] payload) {
    int head = payload.length < 126 ? 2 : 4;
    byte[] out = new byte[head + 4 + payload.length];
    out[0] = (byte) (0x80 | opcode);
    if (head == 2) {
      out[1] = (byte) (0x80 | payload.length);
    } else {
      out[1] = (byte) (0x80 | 126);
      out[2] = (byte) (payload.length >> 8);
      out[3] = (byte) payload.length;
    }
    int mask = ThreadLocalRandom.current().nextInt();
    for (int i = 0; i < 4; i++) {
      out[head + i] = (byte) (mask >> 24 - 8 * i);
    }
    for (int i = 0; i < payload.length; i++) {
      out[head + 4 + i] = (byte) (payload[i] ^ out[head + i % 4]);
    }
    write(out);
  }
}
