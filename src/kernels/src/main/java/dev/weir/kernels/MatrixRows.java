package dev.weir.kernels;

/**
 * A tensor of the checkpoint as rows of a matrix.
 *
 * @param targets where each of its rows goes, [rows of the tensor], different
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record MatrixRows(String tensor, int[] targets) {}
