package dev.weir.kernels;

import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Rope;

/** Says which models the kernels compute; the others run on TorchScript. */
final class SupportedModel {
  private static final int LARGEST_HEAD = 256;
  private static final int LANES = 16;

  private SupportedModel() {}

  /** Why a model cannot run here; empty if it can. */
  static String obstacle(ModelConfig config) {
    Rope rope = config.rope();
    if (config.family() == Family.GPT2 || rope == null) {
      return "family " + config.family() + " has no kernels";
    }
    if (config.activation() != Activation.SILU) {
      return "activation " + config.activation() + " has no kernel";
    }
    if (config.grid() != null && config.tiedEmbeddings()) {
      return "an output layer that is the embedding of pictures has no kernel";
    }
    int size = config.headSize();
    if (size < LANES || size > LARGEST_HEAD || size % LANES != 0) {
      return "a head of %d is no multiple of 16 up to 256".formatted(size);
    }
    if (config.layers() < 1
        || config.kvHeads() < 1
        || config.heads() % config.kvHeads() != 0
        || config.slidingWindows().size() != config.layers()) {
      return "the config is inconsistent";
    }
    if (rope.dynamic() != null || !rope.longInverseFrequencies().isEmpty()) {
      return "a rotation that depends on the sequence's length has no kernel";
    }
    int pairs = rope.inverseFrequencies().size();
    if (pairs < 1 || 2 * pairs > size) {
      return "%d rotated pairs do not fit a head of %d".formatted(pairs, size);
    }
    return "";
  }
}
