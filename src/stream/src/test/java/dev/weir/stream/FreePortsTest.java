package dev.weir.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FreePortsTest {
  @Test
  void serversCanListenOnAllOfThemAndNoConnectionIsGivenOne() throws Exception {
    List<Integer> ports = FreePorts.several(200);
    assertThat(ports).hasSize(200).doesNotHaveDuplicates().allMatch(port -> port < 32_768);
    for (int port : ports) {
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }
  }

  @Test
  void moreThanThereAreIsOneClearSentence() {
    assertThatThrownBy(() -> FreePorts.several(30_000))
        .isInstanceOf(BrokerException.class)
        .hasMessageStartingWith("no 30000 free ports from 10000 to 32767");
  }
}
