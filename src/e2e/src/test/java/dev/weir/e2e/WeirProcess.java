package dev.weir.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code weir} program in a JVM of its own, on the test's class path. */
public final class WeirProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("weir is ready on (http://\\S+)");
  private static final Pattern KAFKA = Pattern.compile("kafka is on (\\S+)");
  private static final long LIMIT_SECONDS = 240;

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final CompletableFuture<URI> ready = new CompletableFuture<>();
  private volatile @Nullable String bootstrap;

  private WeirProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().name("weir-output").start(this::read);
  }

  /** Starts a command; its standard error is merged into its output. */
  public static WeirProcess start(String... args) throws IOException {
    return new WeirProcess(
        new ProcessBuilder(command("dev.weir.standalone.Main", args))
            .redirectErrorStream(true)
            .start());
  }

  /** Starts {@code up} with SmolLM2 on free ports and waits for its ready line. */
  public static WeirProcess up(Path data, String... more) throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "up",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--kafka-port",
                "0",
                "--model",
                "smollm2=" + Requirement.smolLm2()));
    args.addAll(List.of(more));
    WeirProcess weir = start(args.toArray(String[]::new));
    weir.url();
    return weir;
  }

  /** A command line that runs a main class in a JVM like the product's. */
  static List<String> command(String mainClass, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("weir.jvm.options").split(" ")));
    command.addAll(List.of("-Xmx4g", "-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(args));
    return command;
  }

  private void read() {
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines.add(line);
        Matcher kafka = KAFKA.matcher(line);
        if (kafka.find()) {
          bootstrap = kafka.group(1);
        }
        Matcher url = READY.matcher(line);
        if (url.find()) {
          ready.complete(URI.create(url.group(1)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      ready.completeExceptionally(new IllegalStateException("weir has ended: " + lines));
    }
  }

  /** Where it serves, once it is ready. */
  public URI url() throws Exception {
    return ready.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Address of its embedded broker. */
  public String bootstrap() throws Exception {
    url();
    String address = bootstrap;
    if (address == null) {
      throw new IllegalStateException("no line 'kafka is on …' in " + lines);
    }
    return address;
  }

  /** Waits for a line with these words. */
  public void awaitLine(String words) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (lines.stream().noneMatch(line -> line.contains(words))) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException("no line '%s' in %s".formatted(words, lines));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** What it has printed so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  public Process process() {
    return process;
  }

  /** Waits for its end. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("weir does not end: " + lines);
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
