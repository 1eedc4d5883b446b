package dev.weir.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.weir.text.MachineMemory;
import java.lang.management.MemoryUsage;

/** The memory of a device. */
final class DeviceMemory {
  private DeviceMemory() {}

  /** Memory that nothing uses, in bytes. */
  static long availableBytes(String device) {
    if (device.startsWith("cuda")) {
      int index = Integer.parseInt(device.substring("cuda:".length()));
      MemoryUsage usage = CudaUtils.getGpuMemory(Device.gpu(index));
      return usage.getMax() - usage.getUsed();
    }
    return MachineMemory.availableBytes();
  }
}
