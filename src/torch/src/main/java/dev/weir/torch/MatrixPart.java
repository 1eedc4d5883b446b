package dev.weir.torch;

/**
 * A tensor of the checkpoint as consecutive rows of a matrix of the program (q, k and v become one
 * matrix).
 *
 * @param tensor name in the checkpoint
 * @param rows outputs
 * @param headSize rows that belong together; 1 where nothing rotates
 * @param rotated how many rows of each head, from its first, become pairs side by side: row i and
 *     row i + rotated / 2 are rotated together; 0 leaves the order as it is
 * @param scaledRows how many rows, from the first, are multiplied by {@code scale}
 */
record MatrixPart(String tensor, int rows, int headSize, int rotated, int scaledRows, float scale) {

  static MatrixPart plain(String tensor, int rows) {
    return new MatrixPart(tensor, rows, 1, 0, 0, 1);
  }

  MatrixPart scaled(int firstRows, double by) {
    return new MatrixPart(tensor, rows, headSize, rotated, firstRows, (float) by);
  }

  MatrixPart inPairs(int sizeOfHead, int rotatedRows) {
    return new MatrixPart(tensor, rows, sizeOfHead, rotatedRows, scaledRows, scale);
  }

  /** Where a row goes: never out of its head. */
  int target(int row) {
    int element = row % headSize;
    if (element >= rotated) {
      return row;
    }
    int half = rotated / 2;
    return row - element + (element < half ? 2 * element : 2 * (element - half) + 1);
  }

  float scaleOf(int row) {
    return row < scaledRows ? scale : 1;
  }
}
