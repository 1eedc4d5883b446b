package dev.weir.text;

import java.util.List;

/**
 * Shape and storage of a tensor.
 *
 * @param shape row-major, outermost first, as PyTorch has it: a linear layer is [out, in]
 * @param type how its elements are stored
 */
public record TensorDescription(String name, List<Long> shape, TensorType type) {}
