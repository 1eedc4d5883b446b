package dev.weir.bench.stream;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import dev.weir.bench.peer.LocalServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** A gateway in a process of its own, and what it takes. */
final class GatewayProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("weir gateway is ready on (http://\\S+)");
  private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Duration SCRAPE_LIMIT = Duration.ofSeconds(10);

  private final LocalServer server;
  private final ProcessHandle process;
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * Memory of a process, in bytes.
   *
   * @param resident what the system has given it
   * @param heap what lives, behind a collection
   */
  record Memory(long resident, long heap, long openFiles) {}

  private GatewayProcess(LocalServer server) {
    this.server = server;
    this.process = ProcessHandle.of(server.pid()).orElseThrow();
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @throws dev.weir.bench.peer.PeerException if it does not come up
   */
  static GatewayProcess start(
      GatewayLauncher launcher,
      StreamCluster cluster,
      List<String> jvmOptions,
      Map<String, String> settings)
      throws InterruptedException {
    List<String> command =
        launcher.command(cluster.bootstrap(), cluster.prefix(), jvmOptions, settings);
    return new GatewayProcess(LocalServer.start(scratch -> command, READY, "/health/ready"));
  }

  URI address() {
    return server.address();
  }

  /** CPU time that it has taken so far. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** What it takes now; it collects its garbage first, and once more behind that. */
  @SuppressWarnings("BanJNDI") // the address comes from our own child process, over its local agent
  Memory memory() throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
      String agent = machine.startLocalManagementAgent();
      machine.detach();
      try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(agent))) {
        MBeanServerConnection connection = connector.getMBeanServerConnection();
        MemoryMXBean memory =
            ManagementFactory.newPlatformMXBeanProxy(
                connection, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        long resident = resident();
        memory.gc();
        memory.gc();
        UnixOperatingSystemMXBean system =
            ManagementFactory.newPlatformMXBeanProxy(
                connection,
                ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME,
                UnixOperatingSystemMXBean.class);
        return new Memory(
            resident, memory.getHeapMemoryUsage().getUsed(), system.getOpenFileDescriptorCount());
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("the gateway cannot be asked for its memory", e);
    }
  }

  /** Before any collection: what a user would see. */
  private long resident() throws IOException {
    var line = RSS.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
    return line.find() ? Long.parseLong(line.group(1)) * 1024 : 0;
  }

  /** The sum of a metric's values, over all its labels that match. */
  double metric(String name, String label) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address().resolve("/metrics")).timeout(SCRAPE_LIMIT).build();
    String all = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return all.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public void close() {
    http.close();
    server.close();
  }
}
