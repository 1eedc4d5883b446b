package dev.weir.gateway;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;

/**
 * Any bytes on a connection to the whole gateway, over a real socket. {@code mvn verify} runs the
 * committed inputs; {@code .ci/fuzz} searches for new ones.
 */
final class ConnectionFuzzTest {
  /** Connections that may still be closing: what is more has been forgotten. */
  private static final int MOST_OPEN = 200;

  private static final Pattern HEAD =
      Pattern.compile("^\\S+ (?<status>\\d{3}) .*?\r\n\r\n", Pattern.DOTALL);
  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: (\\d{1,9})\r\n", Pattern.CASE_INSENSITIVE);

  private static final byte[] HANDSHAKE =
      ("GET /v1/ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
              + "sec-websocket-version: 13\r\nsec-websocket-key: "
              + Base64.getEncoder().encodeToString(new byte[16])
              + "\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  private static final TestingGateway GATEWAY =
      new TestingGateway("head-wait", "PT0.01S", "body-limit", "65536");

  @AfterAll
  static void close() {
    GATEWAY.close();
  }

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreNoFaultOfTheGateways(byte[] bytes) throws IOException {
    exchange(new byte[0], bytes);
  }

  /** Frames of a WebSocket (RFC 6455, section 5), whole or broken. */
  @FuzzTest(maxDuration = "60s")
  void anyFramesAreNoFaultOfTheGateways(byte[] bytes) throws IOException {
    exchange(HANDSHAKE, bytes);
  }

  private static void exchange(byte[] before, byte[] bytes) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    // Jazzer takes any other connection for one that the input has forged.
    try (SilentCloseable _ =
            BugDetectors.allowNetworkConnections((host, port) -> port == GATEWAY.gateway.port());
        Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", GATEWAY.gateway.port()));
      socket.setSoTimeout(20_000);
      socket.setSoLinger(true, 0); // no connection waits for the last packet of the one before
      InputStream in = socket.getInputStream();
      try {
        socket.getOutputStream().write(before);
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        byte[] part = new byte[8192];
        for (int read = in.read(part); read >= 0; read = in.read(part)) {
          answer.write(part, 0, read);
        }
      } catch (java.net.SocketException _) {
        answer.write('\n'); // the gateway may close on whoever makes no sense
      }
    }
    String text = answer.toString(StandardCharsets.ISO_8859_1);
    // As an error has it: the documents of the API, which may be asked for, only name the code.
    check(!text.contains("\"code\":\"internal_error\""), "the gateway failed: " + text);
    // Vert.x says 501 itself, to a version of another protocol than HTTP.
    check(statuses(text).allMatch(s -> s < 500 || s == 501), "the gateway blames itself: " + text);
    // A socket that says goodbye has a second for it, and a search comes faster.
    Eventually.that(() -> {
      check(open("weir.gateway.connections") < MOST_OPEN, "connections stay open");
      check(open("weir.gateway.sockets") < MOST_OPEN, "sockets stay open");
      check(GATEWAY.streams.subscriptions.get() < MOST_OPEN, "streams stay followed");
    });
    GATEWAY.streams.requests.clear();
    GATEWAY.streams.cancellations.clear();
  }

  /** Of responses one behind the other; errors repeat what was asked, status lines too. */
  private static IntStream statuses(String text) {
    IntStream.Builder found = IntStream.builder();
    String rest = text;
    for (Matcher head = HEAD.matcher(rest); head.find(); head = HEAD.matcher(rest)) {
      found.add(Integer.parseInt(head.group("status")));
      Matcher length = LENGTH.matcher(head.group());
      if (!length.find()) {
        break; // a body of chunks, or frames: the last response
      }
      int end = head.end() + Integer.parseInt(length.group(1));
      rest = rest.substring(Math.min(end, rest.length()));
    }
    return found.build();
  }

  private static double open(String gauge) {
    return GATEWAY.metrics.get(gauge).gauge().value();
  }

  private static void check(boolean right, String problem) {
    if (!right) {
      throw new AssertionError(problem);
    }
  }
}
