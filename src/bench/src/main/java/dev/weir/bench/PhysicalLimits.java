package dev.weir.bench;

import dev.weir.kernels.ProcessorPeak;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * What the machine can do at best, measured in the run that is held against it, on as many threads.
 *
 * @param bytesPerSecond that are read from memory
 * @param multiplyAddsPerSecond of 8-bit integers; NaN if nothing could measure them
 * @param instruction that reached them, or why they were not measured
 */
public record PhysicalLimits(
    double bytesPerSecond, double multiplyAddsPerSecond, String instruction) {

  /** Measures them. */
  @FunctionalInterface
  public interface Measurement {
    PhysicalLimits measure(int threads) throws InterruptedException;
  }

  /** Takes some seconds. Of a loop in C and one in Java the better one is the memory's limit. */
  public static PhysicalLimits measure(int threads) throws InterruptedException {
    double bytes = MemoryBandwidth.measure(threads);
    if (!ProcessorPeak.missing().isEmpty()) {
      return new PhysicalLimits(bytes, Double.NaN, ProcessorPeak.missing());
    }
    ProcessorPeak peak = ProcessorPeak.get();
    bytes = Math.max(bytes, peak.readBandwidth(threads));
    return peak.instruction().isEmpty()
        ? new PhysicalLimits(bytes, Double.NaN, "this processor has no instruction for them")
        : new PhysicalLimits(bytes, peak.multiplyAdds(threads), peak.instruction());
  }

  /** The higher of each: whatever else ran took away from one of the measurements. */
  public PhysicalLimits higher(PhysicalLimits other) {
    return new PhysicalLimits(
        Math.max(bytesPerSecond, other.bytesPerSecond),
        Math.max(multiplyAddsPerSecond, other.multiplyAddsPerSecond),
        instruction);
  }

  /** Whether products were measured. */
  public boolean knowsMultiplyAdds() {
    return !Double.isNaN(multiplyAddsPerSecond);
  }

  /** Two lines for the head of a report. */
  public void print(PrintWriter out) {
    out.printf(Locale.ROOT, "memory: %.1f GB/s read%n", bytesPerSecond / 1e9);
    if (knowsMultiplyAdds()) {
      out.printf(
          Locale.ROOT,
          "int8: %.1f G multiply-adds/s (%s)%n",
          multiplyAddsPerSecond / 1e9,
          instruction);
    } else {
      out.printf(
          "int8: multiply-adds were not measured, nothing is held against them: %s%n", instruction);
    }
    out.flush();
  }
}
