package dev.weir.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * NVIDIA's driver, asked for what libtorch's programs cannot tell: how many GPUs there are and what
 * memory they have free.
 *
 * <p>The driver's library has one name for all versions of CUDA, unlike the runtime that comes with
 * libtorch. GPUs have the same numbers here and there ({@code CUDA_VISIBLE_DEVICES}).
 */
final class CudaDriver {
  private static final String LIBRARY = "libcuda.so.1";
  private static final Linker LINKER = Linker.nativeLinker();

  private final SymbolLookup library;

  private CudaDriver(SymbolLookup library) {
    this.library = library;
  }

  /**
   * Opens the driver.
   *
   * @throws IllegalArgumentException if there is none, or none that works
   */
  static CudaDriver open() {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("there is no NVIDIA driver here (" + LIBRARY + ")", e);
    }
    CudaDriver driver = new CudaDriver(library);
    driver.call("cuInit", 0);
    return driver;
  }

  /** GPUs that this process may use. */
  int devices() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      call("cuDeviceGetCount", count);
      return count.get(JAVA_INT, 0);
    }
  }

  /** Memory of a GPU that nothing uses, in bytes; its context, which takes some, is made first. */
  long freeBytes(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_INT);
      call("cuDeviceGet", handle, device);
      int gpu = handle.get(JAVA_INT, 0);
      // The context that libtorch uses too.
      MemorySegment context = arena.allocate(ADDRESS);
      call("cuDevicePrimaryCtxRetain", context, gpu);
      try {
        call("cuCtxPushCurrent_v2", context.get(ADDRESS, 0));
        MemorySegment free = arena.allocate(JAVA_LONG);
        call("cuMemGetInfo_v2", free, arena.allocate(JAVA_LONG));
        call("cuCtxPopCurrent_v2", context);
        return free.get(JAVA_LONG, 0);
      } finally {
        call("cuDevicePrimaryCtxRelease_v2", gpu);
      }
    }
  }

  /** Calls a function whose arguments are integers and pointers. */
  private void call(String function, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
    }
    MethodHandle handle =
        LINKER.downcallHandle(
            library
                .find(function)
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "the NVIDIA driver is too old: it has no " + function)),
            FunctionDescriptor.of(JAVA_INT, layouts));
    int result;
    try {
      result = (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e); // the descriptor does not fit
    }
    if (result != 0) {
      throw new IllegalArgumentException(
          "the NVIDIA driver answered %s with error %d".formatted(function, result));
    }
  }
}
