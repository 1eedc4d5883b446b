package dev.weir.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import java.util.Map;

/** Tries a GPU, which the libtorch that was found may not be made for. */
final class DeviceProbe {
  private static final String METHODS =
      """
        def sum(s: __torch__.Probe) -> float:
          return float(torch.item(torch.sum(torch.ones([3], dtype=6, device=torch.device("{DEVICE}")))))
      """;

  private DeviceProbe() {}

  /**
   * Tries it.
   *
   * @throws IllegalArgumentException if libtorch cannot compute on the device
   */
  static void check(String device) {
    if (device.equals("cpu")) {
      return;
    }
    try (TorchModule module =
        TorchModule.load("Probe", Map.of(), METHODS.replace("{DEVICE}", device))) {
      module.runForDouble("sum");
    } catch (EngineException e) {
      throw new IllegalArgumentException(
          "libtorch %s cannot use device %s; PYTORCH_LIBRARY_PATH names one that can, as install.md says: %s"
              .formatted(Engine.getEngine("PyTorch").getVersion(), device, reason(e)),
          e);
    }
  }

  /** The last line of the first paragraph: before it stands where in the program it happened. */
  private static String reason(EngineException e) {
    String message = String.valueOf(e.getMessage()).strip();
    String[] lines = message.split("\n");
    for (String line : lines) {
      if (line.contains("Error: ")) {
        return line.strip();
      }
    }
    return lines[0];
  }
}
