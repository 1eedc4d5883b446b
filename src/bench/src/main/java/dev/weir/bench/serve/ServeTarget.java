package dev.weir.bench.serve;

import dev.weir.bench.peer.LlamaCpp;
import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import dev.weir.bench.peer.LlamaCpp.Variant;
import dev.weir.bench.peer.LlamaServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;

/** A server that is put under load. */
public sealed interface ServeTarget {
  /** In results: {@code weir}, {@code llama-server-q8_0}. */
  String name();

  /** A setting of which the better one counts; empty without one. */
  String setting();

  /** What to send requests to, until it is closed. */
  Reached reach() throws InterruptedException;

  /** A server that answers. */
  record Reached(URI address, AutoCloseable server) {}

  /** A server that runs already. */
  record Running(String name, URI address) implements ServeTarget {
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
   */
  record Llama(
      LlamaCpp llama, Variant variant, Path file, FlashAttention flash, int parallel, int threads)
      implements ServeTarget {
    private static final int CONTEXT = 512;

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
      LlamaServer server = LlamaServer.start(llama, file, flash, parallel, CONTEXT, threads);
      return new Reached(server.address(), server);
    }
  }
}
