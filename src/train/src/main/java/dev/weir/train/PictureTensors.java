package dev.weir.train;

import dev.weir.torch.train.HostTensor;
import java.util.List;

/** Pictures and conditions, at least one of each, as a network takes them. */
public final class PictureTensors {
  private PictureTensors() {}

  /** Palette indices, row by row, [pictures, pixels]. */
  public static HostTensor.Integers pixels(List<byte[]> pictures) {
    int area = pictures.getFirst().length;
    int[] pixels = new int[pictures.size() * area];
    for (int p = 0; p < pictures.size(); p++) {
      for (int i = 0; i < area; i++) {
        pixels[p * area + i] = pictures.get(p)[i] & 255;
      }
    }
    return new HostTensor.Integers(List.of(pictures.size(), area), pixels);
  }

  /** Attribute values, [pictures, attributes]. */
  public static HostTensor.Integers conditions(List<int[]> conditions) {
    int width = conditions.getFirst().length;
    int[] all = new int[conditions.size() * width];
    for (int c = 0; c < conditions.size(); c++) {
      System.arraycopy(conditions.get(c), 0, all, c * width, width);
    }
    return new HostTensor.Integers(List.of(conditions.size(), width), all);
  }
}
