package dev.weir.train.vae;

import dev.weir.train.ConditionTable;
import java.util.List;

/**
 * Sizes of a variational autoencoder of square pictures in palette colours.
 *
 * @param attributeValues how many values each attribute of a caption has; one further value says
 *     that the caption leaves the attribute out
 * @param side pixels of a row, and rows; a multiple of 4
 * @param colours entries of the palette
 * @param embedding width of a colour's embedding
 * @param channels of the convolutions at full, half and quarter size
 * @param hidden width of the layers between convolutions and latent vector, and of the condition
 * @param latent coordinates of the latent vector
 * @param divergenceSteps steps in which the weight of the divergence rises to 1
 */
public record VaeConfig(
    List<Integer> attributeValues,
    int side,
    int colours,
    int embedding,
    List<Integer> channels,
    int hidden,
    int latent,
    long divergenceSteps) {
  public VaeConfig {
    attributeValues = List.copyOf(attributeValues);
    channels = List.copyOf(channels);
    if (channels.size() != 3 || side % 4 != 0) {
      throw new IllegalArgumentException(
          "channels %s for three sizes of %d pixels".formatted(channels, side));
    }
  }

  /** The size that portraits of 16 x 16 pixels in 256 colours are learned with. */
  public static VaeConfig portraits(List<Integer> attributeValues) {
    return new VaeConfig(attributeValues, 16, 256, 24, List.of(64, 96, 128), 384, 64, 1000);
  }

  int pixels() {
    return side * side;
  }

  /** Pixels of a row at the smallest size. */
  int smallSide() {
    return side / 4;
  }

  /** Numbers that the picture is at the smallest size. */
  int smallSize() {
    return channels.getLast() * smallSide() * smallSide();
  }

  /** For each attribute the row of its value 0 in the table of conditions. */
  List<Integer> conditionRows() {
    return new ConditionTable(attributeValues).firstRows();
  }

  int conditionValues() {
    return new ConditionTable(attributeValues).rows();
  }
}
