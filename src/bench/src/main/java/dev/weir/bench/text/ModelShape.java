package dev.weir.bench.text;

import dev.weir.text.ModelConfig;
import dev.weir.text.ModelConfig.Activation;
import dev.weir.text.ModelConfig.Family;
import dev.weir.text.config.RopeScaling;
import java.util.Collections;
import java.util.List;

/**
 * A model whose speed is measured with random weights, since it depends on the shape alone.
 *
 * @param label how the command line and reports call it
 * @param suffix at the end of a figure's name
 */
public record ModelShape(String label, String suffix, ModelConfig config) {
  /** Llama 3.2 1B as its {@code config.json} has it, with q and k as a GGUF file has them. */
  public static final ModelShape LLAMA_3_2_1B =
      new ModelShape("llama-3.2-1b", "1b", llama(16, 2_048, 8_192, 32, 8));

  /** All that there are. */
  public static final List<ModelShape> ALL = List.of(LLAMA_3_2_1B);

  /**
   * The one of that label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ModelShape named(String label) {
    return ALL.stream()
        .filter(shape -> shape.label.equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no shape is called %s, only %s"
                    .formatted(label, ALL.stream().map(ModelShape::label).toList())));
  }

  private static ModelConfig llama(
      int layers, int hidden, int intermediate, int heads, int kvHeads) {
    int context = 131_072;
    int headSize = hidden / heads;
    return new ModelConfig(
        Family.LLAMA,
        128_256,
        hidden,
        intermediate,
        layers,
        heads,
        kvHeads,
        headSize,
        context,
        1e-5,
        new RopeScaling.Llama3(32, 1, 4, 8_192).rope(500_000, headSize, context),
        Collections.nCopies(layers, 0),
        Activation.SILU,
        true,
        false,
        false,
        false,
        false,
        true,
        null);
  }
}
