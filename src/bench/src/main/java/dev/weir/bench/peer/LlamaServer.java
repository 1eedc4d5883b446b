package dev.weir.bench.peer;

import dev.weir.bench.peer.LlamaCpp.FlashAttention;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** How llama.cpp's HTTP server is started for a benchmark. */
public final class LlamaServer {
  private static final Pattern LISTENING = Pattern.compile("listening on (http://[0-9.]+:[0-9]+)");

  /** A slot's context is a multiple of this; llama-server would round it up itself. */
  private static final int CONTEXT_STEP = 256;

  private LlamaServer() {}

  /**
   * Starts a server that keeps no prompt for later ones, and waits until it answers.
   *
   * @param parallel requests that it serves at the same time
   * @param tokens of each at most, prompt and output
   * @throws PeerException if it ends or does not answer within two minutes
   */
  public static LocalServer start(
      LlamaCpp llama, Path file, FlashAttention flash, int parallel, int tokens, int threads)
      throws InterruptedException {
    return LocalServer.start(
        scratch -> command(llama, file, flash, parallel, tokens, threads), LISTENING, "/health");
  }

  static List<String> command(
      LlamaCpp llama, Path file, FlashAttention flash, int parallel, int tokens, int threads) {
    return List.of(
        llama.program("llama-server").toString(),
        "-m",
        file.toString(),
        "-t",
        Integer.toString(threads),
        "-fa",
        flash.argument(),
        "-np",
        Integer.toString(parallel),
        "-c",
        Integer.toString(parallel * context(tokens)),
        "--no-cache-prompt",
        "--cache-ram",
        "0",
        "--host",
        "127.0.0.1",
        "--port",
        "0"); // it takes a free one and says which
  }

  /** Context of each slot. */
  public static int context(int tokens) {
    return Math.ceilDiv(tokens, CONTEXT_STEP) * CONTEXT_STEP;
  }
}
