package dev.weir.torch;

import ai.djl.engine.EngineException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libtorch's CPU kernels can do on this machine, found by trying.
 *
 * @param exactInt8 int8 products sum exactly; kernels for processors without VNNI add pairs in 16
 *     bits and saturate
 * @param packedBfloat16 oneDNN has bfloat16 kernels
 */
public record Processor(boolean exactInt8, boolean packedBfloat16) {
  private static final Logger log = LoggerFactory.getLogger(Processor.class);
  private static final int LENGTH = 64;

  /** Largest weights times largest inputs: 127 x 127 x 64, scaled back by 127 x 127. */
  private static final String METHODS =
      """
        def int8(s: __torch__.Probe, length: int) -> float:
          scale = torch.full([16], 0.007874015748031496, dtype=7)
          weight = torch.quantize_per_channel(torch.ones([16, length]), scale, torch.zeros([16], dtype=4), 0, 12)
          packed = ops.quantized.linear_prepack(weight)
          y = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(torch.ones([4, length]), 0.007874015748031496, 128, packed)
          return float(torch.item(torch.min(y)))
        def bfloat16(s: __torch__.Probe) -> float:
          return float(ops.mkldnn._is_mkldnn_bf16_supported())
      """;

  /** Tries them; takes milliseconds. */
  public static Processor probe() {
    try (TorchModule module = TorchModule.load("Probe", Map.of(), METHODS)) {
      return new Processor(
          Math.abs(value(module, "int8", LENGTH) - LENGTH) < 0.01, value(module, "bfloat16") > 0);
    }
  }

  private static double value(TorchModule module, String method, Object... arguments) {
    try {
      return module.runForDouble(method, arguments);
    } catch (EngineException e) {
      log.debug("libtorch has no {} here", method, e);
      return 0;
    }
  }
}
