package dev.weir.bench.serve;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A POST of JSON on a connection of its own (HTTP/1.1, RFC 9112), whose answer is read by the
 * thread that waits for it: who measures shares the cores with who is measured, and a client that
 * hands each event from thread to thread costs more than twice as much.
 */
final class HttpPost implements AutoCloseable {
  private static final int CONNECT_LIMIT_MS = 10_000;
  private static final int SILENCE_LIMIT_MS = 600_000;
  private static final int LINE_LIMIT = 65_536;

  private final Socket socket;
  private final InputStream in;
  private final int status;
  private final InputStream body;

  private HttpPost(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    String[] first = line().split(" ", 3); // HTTP/1.1 200 OK
    if (first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[1-5]\\d\\d")) {
      throw new IOException("no answer in HTTP: " + String.join(" ", first));
    }
    this.status = Integer.parseInt(first[1]);
    long length = Long.MAX_VALUE; // up to the end of the connection
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = number(header.substring("content-length:".length()), 10);
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
    }
    this.body = new Body(chunked, length);
  }

  /**
   * Sends it and waits for the head of the answer.
   *
   * @throws IOException if nobody listens, or the answer is not HTTP
   */
  static HttpPost send(URI target, byte[] json) throws IOException {
    boolean tls = "https".equals(target.getScheme());
    int port = target.getPort() >= 0 ? target.getPort() : tls ? 443 : 80;
    String host = target.getHost().replaceAll("[\\[\\]]", ""); // of an IPv6 address
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(SILENCE_LIMIT_MS);
      socket.connect(new InetSocketAddress(host, port), CONNECT_LIMIT_MS);
      if (tls) {
        socket = secured(socket, host, port);
      }
      String head =
          "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
              + "Content-Length: %d\r\nConnection: close\r\n\r\n";
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      request.writeBytes(
          head.formatted(target.getRawPath(), target.getRawAuthority(), json.length)
              .getBytes(StandardCharsets.US_ASCII));
      request.writeBytes(json);
      socket.getOutputStream().write(request.toByteArray());
      return new HttpPost(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket secured(Socket socket, String host, int port) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket secured = (SSLSocket) factory.createSocket(socket, host, port, true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(
        "HTTPS"); // else any certificate of any host will do
    secured.setSSLParameters(parameters);
    return secured;
  }

  int status() {
    return status;
  }

  /** What comes, as it comes. Ends with an exception if the connection does before the answer. */
  InputStream body() {
    return body;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > LINE_LIMIT) {
        throw new EOFException("the answer broke off");
      }
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  private static long number(String text, int radix) throws IOException {
    try {
      return Long.parseLong(text.strip(), radix);
    } catch (NumberFormatException e) {
      throw new IOException("no answer in HTTP: a length of '" + text + "'", e);
    }
  }

  private final class Body extends InputStream {
    private final boolean chunked;
    private final boolean toTheEnd;

    /** Of the chunk, or of all. */
    private long left;

    private boolean begun;
    private boolean ended;

    Body(boolean chunked, long length) {
      this.chunked = chunked;
      this.toTheEnd = !chunked && length == Long.MAX_VALUE;
      this.left = chunked ? 0 : length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (left == 0 && !ended) {
        nextChunk();
      }
      if (ended) {
        return -1;
      }
      int read = in.read(to, offset, (int) Math.min(length, left));
      if (read < 0 && !toTheEnd) {
        throw new EOFException("the answer broke off");
      }
      left -= Math.max(0, read);
      return read;
    }

    private void nextChunk() throws IOException {
      if (chunked) {
        if (begun) {
          line(); // behind the last one
        }
        begun = true;
        left = number(line().split(";", 2)[0], 16);
      }
      ended = left == 0;
    }
  }
}
