package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A client that reads only when the test says so, over a connection that buffers little. */
final class TestingSlowClient implements AutoCloseable {
  private static final int TEXT = 0x1;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  TestingSlowClient(TestingGateway gateway) throws IOException {
    this(gateway.gateway.port());
  }

  TestingSlowClient(int port) throws IOException {
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    socket.setSoTimeout(60_000);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  void post(String path, String body) throws IOException {
    write(
        "POST %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json"
                .formatted(path)
            + "\r\ncontent-length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  void get(String path) throws IOException {
    write("GET %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".formatted(path));
  }

  /** Reads to the end; from here on it is a client as any other. */
  String readAll() throws IOException {
    socket.setReceiveBufferSize(1 << 20);
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Becomes a WebSocket (RFC 6455, section 4). */
  void upgrade(String path) throws IOException {
    String key = Base64.getEncoder().encodeToString(new byte[16]);
    write(
        "GET %s HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                .formatted(path)
            + "sec-websocket-version: 13\r\nsec-websocket-key: "
            + key
            + "\r\n\r\n");
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
  }

  /** Sends a text message of less than 64 KiB, masked with zeros (section 5.2). */
  void send(String message) throws IOException {
    byte[] payload = message.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(FINAL | TEXT);
    if (payload.length < 126) {
      frame.write(MASKED | payload.length);
    } else {
      frame.write(MASKED | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    frame.writeBytes(new byte[4]);
    frame.writeBytes(payload);
    socket.getOutputStream().write(frame.toByteArray());
    socket.getOutputStream().flush();
  }

  /** Reads the next message; pings on the way stay unanswered. */
  JsonNode next() throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    while (true) {
      int first = in.readUnsignedByte();
      long length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] payload = in.readNBytes(Math.toIntExact(length));
      int opcode = first & 0xF;
      if (opcode > TEXT) {
        continue; // ping
      }
      message.writeBytes(payload);
      if ((first & FINAL) != 0) {
        return TestingGateway.json(message.toString(StandardCharsets.UTF_8));
      }
    }
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
