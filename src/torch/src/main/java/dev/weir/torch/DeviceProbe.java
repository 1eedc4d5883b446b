package dev.weir.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import java.util.Map;

/**
 * Tries a GPU, which the libtorch that was found may not be made for; public only for the packages
 * below this one.
 */
public final class DeviceProbe {
  private static final String METHODS =
      """
        def sum(s: __torch__.Probe) -> float:
          return float(torch.item(torch.sum(torch.ones([3], dtype=6, device=torch.device("{DEVICE}")))))
      """;

  private DeviceProbe() {}

  /**
   * Throws unless it is the name of a device.
   *
   * @throws IllegalArgumentException if it is neither {@code cpu} nor {@code cuda:N}
   */
  static void requireName(String device) {
    if (!device.matches("cpu|cuda:\\d{1,3}")) {
      throw new IllegalArgumentException("device '" + device + "' is neither cpu nor cuda:N");
    }
  }

  /**
   * Tries it.
   *
   * @throws IllegalArgumentException if there is no device of that name, or libtorch cannot compute
   *     on it
   */
  public static void check(String device) {
    requireName(device);
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
