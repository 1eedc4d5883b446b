package dev.weir.torch;

import dev.weir.torch.Arithmetic.Kind;

/** Chooses the kernels for a precision on a device. */
final class ArithmeticChoice {
  private ArithmeticChoice() {}

  /**
   * Chooses; see {@code docs/decisions} for what {@link Precision#AUTO} rests on.
   *
   * @throws IllegalArgumentException if the device cannot compute the precision
   */
  static Arithmetic of(TorchOptions options) {
    boolean gpu = options.device().startsWith("cuda");
    return new Arithmetic(gpu ? onGpu(options) : onCpu(options), options.device());
  }

  private static Kind onGpu(TorchOptions options) {
    return switch (options.precision()) {
      case AUTO, BF16 -> Kind.BFLOAT16_PLAIN;
      case F32 -> Kind.FLOAT32;
      case INT8 ->
          throw new IllegalArgumentException(
              "precision INT8 runs on the CPU; " + options.device() + " takes BF16 or F32");
    };
  }

  private static Kind onCpu(TorchOptions options) {
    if (options.precision() == Precision.F32) {
      return Kind.FLOAT32;
    }
    Processor processor = Processor.probe();
    Kind bfloat16 = processor.packedBfloat16() ? Kind.BFLOAT16_PACKED : Kind.BFLOAT16_PLAIN;
    return switch (options.precision()) {
      case AUTO -> {
        if (processor.exactInt8()) {
          yield Kind.INT8;
        }
        yield processor.packedBfloat16() ? bfloat16 : Kind.FLOAT32;
      }
      case BF16 -> bfloat16;
      case F32 -> Kind.FLOAT32;
      case INT8 -> {
        if (!processor.exactInt8()) {
          throw new IllegalArgumentException(
              "precision INT8 needs a processor whose int8 products do not saturate (VNNI);"
                  + " BF16 and F32 run here");
        }
        yield Kind.INT8;
      }
    };
  }
}
