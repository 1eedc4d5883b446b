package dev.weir.torch;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.ModelConfig.Rope;

/** Says what of a config the program cannot compute, before anything is loaded. */
final class SupportedConfig {
  private SupportedConfig() {}

  /**
   * Checks a config.
   *
   * @throws CheckpointException naming the model, the field and what is supported
   */
  static void check(String model, ModelConfig config) {
    require(config.layers() > 0, model, "layers", config.layers(), "at least 1");
    require(
        config.kvHeads() > 0 && config.heads() % config.kvHeads() == 0,
        model,
        "kvHeads",
        config.kvHeads(),
        "a divisor of heads, " + config.heads());
    require(
        config.slidingWindows().size() == config.layers(),
        model,
        "slidingWindows",
        config.slidingWindows(),
        "one for each of " + config.layers() + " layers");
    Rope rope = config.rope();
    boolean learned = config.family() == Family.GPT2;
    if (rope == null) {
      require(learned, model, "rope", "none", "a rotary embedding for " + config.family());
      return;
    }
    require(!learned, model, "rope", "rotary", "none for " + config.family());
    int pairs = rope.inverseFrequencies().size();
    require(
        pairs > 0 && 2 * pairs <= config.headSize(),
        model,
        "rope.inverseFrequencies",
        pairs + " of them",
        "1 to " + config.headSize() / 2);
    int longPairs = rope.longInverseFrequencies().size();
    require(
        longPairs == 0 || longPairs == pairs,
        model,
        "rope.longInverseFrequencies",
        longPairs + " of them",
        "none or " + pairs);
  }

  private static void require(
      boolean holds, String model, String field, Object value, String supported) {
    if (!holds) {
      throw new CheckpointException(
          "%s: %s is %s, supported is %s".formatted(model, field, value, supported));
    }
  }
}
