package dev.weir.train;

import dev.weir.torch.train.Parameter;
import java.util.List;

/** Parameters of the usual layers, and the functions of a program that apply them. */
public final class Layers {
  /**
   * {@code s.convolved(x, weight, bias, stride, padding)}, x [batch, channels, height, width],
   * gives float32; {@code s.narrow_convolved} stays in the module's arithmetic, in which it goes
   * on.
   */
  public static final String CONVOLVED =
      """
        def narrow_convolved(s: __torch__.Trainer, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
          return torch.conv2d(s.narrow(x), s.narrow(weight), s.narrow(bias), [stride, stride], [padding, padding], [1, 1], 1)
        def convolved(s: __torch__.Trainer, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
          return torch.to(s.narrow_convolved(x, weight, bias, stride, padding), 6)
      """;

  private Layers() {}

  /**
   * Adds weight [out, in, size, size] and bias [out] of a convolution.
   *
   * @param size pixels of a side of the kernel
   */
  public static void convolution(List<Parameter> all, String name, int in, int out, int size) {
    double deviation = 1 / Math.sqrt((double) in * size * size);
    all.add(Parameter.normal(name + ".weight", deviation, out, in, size, size));
    all.add(Parameter.constant(name + ".bias", 0, out));
  }

  /**
   * Adds weight [out, in] and bias [out] of a linear layer.
   *
   * @param gain deviation of its outputs at the beginning, for inputs of deviation 1
   */
  public static void linear(List<Parameter> all, String name, int in, int out, double gain) {
    all.add(Parameter.normal(name + ".weight", gain / Math.sqrt(in), out, in));
    all.add(Parameter.constant(name + ".bias", 0, out));
  }
}
