package dev.weir.torch;

/**
 * How to run a model.
 *
 * @param device {@code cpu}, or {@code cuda:0} and so on
 * @param slots sequences that can run at the same time
 * @param maxContext most tokens of one sequence; 0 for the model's own, or as many as memory holds
 * @param kvMemory most bytes of the cache of keys and values; 0: half of the memory that is free
 * @param threads threads of one operation, for the whole process; 0 leaves libtorch's choice
 */
public record TorchOptions(
    Precision precision, String device, int slots, int maxContext, long kvMemory, int threads) {

  /** Checks the values. */
  public TorchOptions {
    DeviceProbe.requireName(device);
    requireWithin("slots", slots, 1, 4096);
    requireWithin("maxContext", maxContext, 0, 1 << 24);
    requireWithin("threads", threads, 0, 1024);
    if (kvMemory < 0) {
      throw new IllegalArgumentException(
          "kvMemory is %d, must not be negative".formatted(kvMemory));
    }
  }

  /** The fastest precision on the CPU, 16 slots of the model's own context length. */
  public static TorchOptions defaults() {
    return new TorchOptions(Precision.AUTO, "cpu", 16, 0, 0, 0);
  }

  public TorchOptions withPrecision(Precision value) {
    return new TorchOptions(value, device, slots, maxContext, kvMemory, threads);
  }

  public TorchOptions withDevice(String value) {
    return new TorchOptions(precision, value, slots, maxContext, kvMemory, threads);
  }

  public TorchOptions withSlots(int value) {
    return new TorchOptions(precision, device, value, maxContext, kvMemory, threads);
  }

  public TorchOptions withMaxContext(int value) {
    return new TorchOptions(precision, device, slots, value, kvMemory, threads);
  }

  public TorchOptions withKvMemory(long value) {
    return new TorchOptions(precision, device, slots, maxContext, value, threads);
  }

  public TorchOptions withThreads(int value) {
    return new TorchOptions(precision, device, slots, maxContext, kvMemory, value);
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d, must be from %d to %d".formatted(name, value, least, most));
    }
  }
}
