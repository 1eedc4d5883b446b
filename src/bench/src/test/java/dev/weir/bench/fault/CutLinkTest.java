package dev.weir.bench.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CutLinkTest {
  private static final int SILENT_MS = 200;
  private static final int ANSWER_MS = 10_000;

  private ServerSocket broker;
  private CutLink link;

  CutLinkTest() throws IOException {
    broker = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    link = new CutLink(List.of(broker.getLocalPort()));
  }

  @BeforeEach
  void limitWaiting() throws IOException {
    broker.setSoTimeout(ANSWER_MS);
  }

  @AfterEach
  void close() throws IOException {
    link.close();
    broker.close();
  }

  private Socket connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), link.ports().getFirst());
    client.setSoTimeout(ANSWER_MS);
    return client;
  }

  @Test
  void bytesPassInBothDirections() throws Exception {
    try (Socket client = connect();
        Socket server = broker.accept()) {
      client.getOutputStream().write(7);
      assertThat(server.getInputStream().read()).isEqualTo(7);
      server.getOutputStream().write(8);
      assertThat(client.getInputStream().read()).isEqualTo(8);
    }
  }

  @Test
  void whileItIsCutNothingPassesAndWhatWasSentComesLater() throws Exception {
    try (Socket client = connect();
        Socket server = broker.accept()) {
      client.getOutputStream().write(7);
      assertThat(server.getInputStream().read()).isEqualTo(7);
      link.cut();
      client.getOutputStream().write(8);
      server.setSoTimeout(SILENT_MS);
      assertThatThrownBy(() -> server.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      link.heal();
      server.setSoTimeout(ANSWER_MS);
      assertThat(server.getInputStream().read()).isEqualTo(8);
    }
  }

  @Test
  void anEndDoesNotPassACutEither() throws Exception {
    try (Socket client = connect();
        Socket server = broker.accept()) {
      client.getOutputStream().write(7);
      assertThat(server.getInputStream().read()).isEqualTo(7);
      link.cut();
      client.close();
      server.setSoTimeout(SILENT_MS);
      assertThatThrownBy(() -> server.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      link.heal();
      server.setSoTimeout(ANSWER_MS);
      assertThat(server.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aNewConnectionReachesNobodyWhileItIsCut() throws Exception {
    link.cut();
    try (Socket client = connect()) {
      client.getOutputStream().write(7);
      broker.setSoTimeout(SILENT_MS);
      assertThatThrownBy(() -> broker.accept()).isInstanceOf(SocketTimeoutException.class);
      link.heal();
      broker.setSoTimeout(ANSWER_MS);
      try (Socket server = broker.accept()) {
        assertThat(server.getInputStream().read()).isEqualTo(7);
      }
    }
  }
}
