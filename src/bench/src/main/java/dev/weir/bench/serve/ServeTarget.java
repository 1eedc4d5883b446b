package dev.weir.bench.serve;

import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import dev.weir.bench.peer.LlamaServer;
import dev.weir.bench.peer.LocalServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;

/** A server that is put under load. */
public sealed interface ServeTarget {
  /** In results: {@code weir}, {@code llama-server-q8_0}. */
  String name();

  /** A setting of which the better one counts; empty without one. */
  String setting();

  /** Name and setting, for people. */
  default String label() {
    return setting().isEmpty() ? name() : name() + ", " + setting();
  }

  /** What it is, for the head of a report. */
  String description();

  /** What to send requests to, until it is closed. */
  Reached reach() throws InterruptedException;

  /** A server that answers. */
  record Reached(URI address, AutoCloseable server) {}

  /**
   * A server that runs already.
   *
   * @param what it is, if more than its address is known; may be empty
   */
  record Running(String name, URI address, String what) implements ServeTarget {
    @Override
    public String description() {
      return what.isEmpty() ? address.toString() : what + ", " + address;
    }

    @Override
    public String setting() {
      return "";
    }

    @Override
    public Reached reach() {
      return new Reached(address, () -> {});
    }
  }

  /**
   * llama-server, started for each round.
   *
   * @param parallel requests at the same time
   * @param tokens of each at most, prompt and output
   */
  record Llama(
      LlamaCpp llama,
      Variant variant,
      Path file,
      FlashAttention flash,
      int parallel,
      int tokens,
      int threads)
      implements ServeTarget {
    @Override
    public String description() {
      return "llama-server of %s, %s, %d threads, %d slots of %d tokens, no prompt cache"
          .formatted(
              llama.version(), file.getFileName(), threads, parallel, LlamaServer.context(tokens));
    }

    @Override
    public String name() {
      return "llama-server-" + variant.label();
    }

    @Override
    public String setting() {
      return "flash attention " + flash.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Reached reach() throws InterruptedException {
      LocalServer server = LlamaServer.start(llama, file, flash, parallel, tokens, threads);
      return new Reached(server.address(), server);
    }
  }
}
