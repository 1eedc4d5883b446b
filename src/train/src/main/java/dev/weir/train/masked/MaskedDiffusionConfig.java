package dev.weir.train.masked;

import dev.weir.train.ConditionTable;
import dev.weir.train.LlamaBlocks;
import java.util.List;

/**
 * Sizes of a masked diffusion model.
 *
 * @param attributeValues how many values each attribute of a caption has; one further value says
 *     that the caption leaves the attribute out
 * @param rows of pixels
 * @param columns pixels of a row
 * @param colours entries of the palette
 * @param width of the residual stream
 * @param intermediate width inside the feed-forward layer
 * @param layers blocks
 * @param heads of attention, each of {@code headSize}
 */
public record MaskedDiffusionConfig(
    List<Integer> attributeValues,
    int rows,
    int columns,
    int colours,
    int width,
    int intermediate,
    int layers,
    int heads,
    int headSize) {
  public MaskedDiffusionConfig {
    attributeValues = List.copyOf(attributeValues);
  }

  /** The size that portraits of 16 x 16 pixels in 256 colours are learned with. */
  public static MaskedDiffusionConfig portraits(List<Integer> attributeValues) {
    return new MaskedDiffusionConfig(attributeValues, 16, 16, 256, 128, 384, 4, 2, 64);
  }

  LlamaBlocks blocks() {
    return new LlamaBlocks(width, intermediate, layers, heads, headSize, positions());
  }

  ConditionTable conditions() {
    return new ConditionTable(attributeValues);
  }

  /** Pixels of a picture. */
  public int pixels() {
    return rows * columns;
  }

  /** Tokens before the first pixel, one for each attribute. */
  int prefix() {
    return attributeValues.size();
  }

  /** Positions of a sequence. */
  int positions() {
    return prefix() + pixels();
  }
}
