package dev.weir.kernels;

import dev.weir.text.Checkpoint;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What tokens depend on: the weights' digest, read while they are packed, and how sums are made.
 */
final class NumericsId {
  /** Changes when the order of a sum or the rounding of a value does: then tokens may differ. */
  private static final int NUMERICS = 2;

  private final CompletableFuture<String> digest = new CompletableFuture<>();

  /** Starts to read the files, which takes about as long as packing them. */
  NumericsId(Checkpoint checkpoint) {
    Thread.ofPlatform()
        .daemon()
        .name("weir-digest")
        .start(() -> digest.completeAsync(checkpoint.digest(), Runnable::run));
  }

  /**
   * Waits for the digest.
   *
   * @throws dev.weir.text.CheckpointException if a file cannot be read
   */
  String of(KernelPrecision precision) {
    String weights;
    try {
      weights = digest.join().substring(0, 16);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : e;
    }
    return String.join(
        "-", weights, precision.name().toLowerCase(Locale.ROOT), "kernels" + NUMERICS);
  }
}
