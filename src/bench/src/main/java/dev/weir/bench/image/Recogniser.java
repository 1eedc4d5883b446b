package dev.weir.bench.image;

import java.util.List;

/** Reads the value of each attribute off pictures. */
@FunctionalInterface
interface Recogniser {
  /**
   * Reads pictures.
   *
   * @param pictures places in the palette: [pictures][256]
   * @return values as in a portrait: [pictures][attributes]
   */
  int[][] recognise(List<byte[]> pictures);
}
