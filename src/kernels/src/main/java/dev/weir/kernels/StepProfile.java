package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Where the time of a model's steps goes: nanoseconds of each phase by the clock of the thread that
 * steps, whoever computes with it. Together they are the native calls, but for some microseconds.
 *
 * <p>For the thread that steps, until the model is closed.
 */
public final class StepProfile {
  private final MemorySegment phases;

  StepProfile(NativeMemory memory) {
    phases = memory.allocate(StepPhase.values().length * JAVA_LONG.byteSize());
  }

  /** What native code adds to. */
  MemorySegment phases() {
    return phases;
  }

  /** Nanoseconds of a phase since the last {@link #clear}. */
  public long nanos(StepPhase phase) {
    return phases.getAtIndex(JAVA_LONG, phase.ordinal());
  }

  /** Begins anew. */
  public void clear() {
    phases.fill((byte) 0);
  }
}
