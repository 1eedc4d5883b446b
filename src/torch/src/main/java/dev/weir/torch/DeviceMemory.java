package dev.weir.torch;

import dev.weir.text.MachineMemory;

/** The memory of a device. */
final class DeviceMemory {
  private DeviceMemory() {}

  /**
   * Memory that nothing uses, in bytes.
   *
   * @throws IllegalArgumentException if there is no such device
   */
  static long availableBytes(String device) {
    if (!device.startsWith("cuda")) {
      return MachineMemory.availableBytes();
    }
    int index = Integer.parseInt(device.substring("cuda:".length()));
    try {
      CudaDriver driver = CudaDriver.open();
      int devices = driver.devices();
      if (index >= devices) {
        throw new IllegalArgumentException("the NVIDIA driver has %d GPUs".formatted(devices));
      }
      return driver.freeBytes(index);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "device %s cannot be used: %s".formatted(device, e.getMessage()), e);
    }
  }
}
