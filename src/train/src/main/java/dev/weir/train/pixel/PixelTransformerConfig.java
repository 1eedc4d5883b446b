package dev.weir.train.pixel;

import dev.weir.train.ConditionTable;
import dev.weir.train.LlamaBlocks;
import java.util.List;

/**
 * Sizes of a pixel transformer.
 *
 * @param attributeValues how many values each attribute of a caption has; one further value says
 *     that the caption leaves the attribute out
 * @param side pixels of a row, and rows
 * @param colours entries of the palette
 * @param width of the residual stream
 * @param intermediate width inside the feed-forward layer
 * @param layers blocks
 * @param heads of attention, each of {@code headSize}
 */
public record PixelTransformerConfig(
    List<Integer> attributeValues,
    int side,
    int colours,
    int width,
    int intermediate,
    int layers,
    int heads,
    int headSize) {
  public PixelTransformerConfig {
    attributeValues = List.copyOf(attributeValues);
  }

  /** The size that portraits of 16 x 16 pixels in 256 colours are learned with. */
  public static PixelTransformerConfig portraits(List<Integer> attributeValues) {
    return new PixelTransformerConfig(attributeValues, 16, 256, 128, 384, 4, 2, 64);
  }

  LlamaBlocks blocks() {
    return new LlamaBlocks(width, intermediate, layers, heads, headSize, positions());
  }

  int pixels() {
    return side * side;
  }

  /** Tokens before the first pixel, one for each attribute. */
  int prefix() {
    return attributeValues.size();
  }

  /** Positions of a sequence; the last pixel is never an input. */
  int positions() {
    return prefix() + pixels() - 1;
  }

  /** For each attribute the row of its value 0 in the table of condition tokens. */
  List<Integer> conditionRows() {
    return new ConditionTable(attributeValues).firstRows();
  }

  /** Rows of the table of condition tokens. */
  int conditionTokens() {
    return new ConditionTable(attributeValues).rows();
  }
}
