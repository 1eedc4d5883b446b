package dev.weir.train.judge;

import java.util.List;

/**
 * Sizes of a judge.
 *
 * @param attributeValues how many values each attribute has, absence one of them
 * @param side pixels of a row, and rows; a multiple of 4
 * @param colours entries of the palette
 * @param embedding width of a colour's embedding
 * @param channels of the convolutions at full, half and quarter size
 * @param hidden width of the layer before the heads
 */
public record JudgeConfig(
    List<Integer> attributeValues,
    int side,
    int colours,
    int embedding,
    List<Integer> channels,
    int hidden) {
  public JudgeConfig {
    attributeValues = List.copyOf(attributeValues);
    channels = List.copyOf(channels);
    if (channels.size() != 3 || side % 4 != 0) {
      throw new IllegalArgumentException(
          "channels %s for three sizes of %d pixels".formatted(channels, side));
    }
  }

  /** The size that portraits of 16 x 16 pixels in 256 colours are read with. */
  public static JudgeConfig portraits(List<Integer> attributeValues) {
    return new JudgeConfig(attributeValues, 16, 256, 24, List.of(64, 96, 128), 384);
  }

  /** Elements of a picture after the last convolution. */
  int smallSize() {
    return channels.getLast() * (side / 4) * (side / 4);
  }

  /** Values of all attributes together. */
  int values() {
    return attributeValues.stream().mapToInt(Integer::intValue).sum();
  }
}
