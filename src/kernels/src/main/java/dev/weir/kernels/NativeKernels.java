package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code weir.h}, from the library in this module's jar. Steps are ordinary calls:
 * a critical one would stop the garbage collector while it runs.
 */
final class NativeKernels {
  private static final String LIBRARY = "libweir-kernels.so";

  private final SymbolLookup library;
  private final MethodHandle hasVariant;
  private final MethodHandle map;
  private final MethodHandle unmap;
  private final MethodHandle giveWay;
  private final MethodHandle prefault;
  private final MethodHandle poolOpen;
  private final MethodHandle poolClose;
  private final MethodHandle poolLimit;
  private final MethodHandle panelStride;
  private final MethodHandle pack;
  private final MethodHandle run;
  private final MethodHandle tail;
  private final MethodHandle shortlist;
  private final Variant variant;
  private final boolean guarded;

  /** The library, or why there is none. */
  private record Loaded(@Nullable NativeKernels kernels, String missing) {}

  private static final class Holder {
    static final Loaded LOADED = load();
  }

  private NativeKernels(SymbolLookup library, @Nullable String forced) {
    this.library = library;
    hasVariant = handle(library, "weir_has_variant", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    map = handle(library, "weir_map", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    unmap = handle(library, "weir_unmap", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    giveWay = handle(library, "weir_give_way", FunctionDescriptor.ofVoid());
    prefault =
        handle(library, "weir_prefault", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG));
    poolOpen = handle(library, "weir_pool_open", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    poolClose = handle(library, "weir_pool_close", FunctionDescriptor.ofVoid(ADDRESS));
    poolLimit = handle(library, "weir_pool_limit", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
    panelStride =
        handle(library, "weir_panel_stride", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_INT));
    pack =
        handle(
            library,
            "weir_pack",
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
    run = handle(library, "weir_run", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    tail =
        handle(
            library, "weir_tail", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_DOUBLE));
    shortlist =
        handle(
            library,
            "weir_shortlist",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    checkSizes(handle(library, "weir_size", FunctionDescriptor.of(JAVA_LONG, JAVA_INT)));
    guarded = isTrue(handle(library, "weir_guards", FunctionDescriptor.of(JAVA_INT)));
    variant = chosen(forced);
  }

  /**
   * The library.
   *
   * @throws IllegalStateException if there is none; see {@link #missing}
   */
  static NativeKernels get() {
    NativeKernels kernels = Holder.LOADED.kernels();
    if (kernels == null) {
      throw new IllegalStateException(missing());
    }
    return kernels;
  }

  /** Why there is no library; empty if there is one. */
  static String missing() {
    return Holder.LOADED.missing();
  }

  private static Loaded load() {
    try (InputStream in = NativeKernels.class.getResourceAsStream(LIBRARY)) {
      if (in == null) {
        return new Loaded(null, "the kernels were not compiled: the build found no C compiler");
      }
      return new Loaded(open(in, System.getenv("WEIR_KERNELS")), "");
    } catch (IOException | IllegalArgumentException e) {
      return new Loaded(null, "the kernels cannot be loaded: " + e.getMessage());
    }
  }

  /**
   * Loads a library for as long as the process lives.
   *
   * @param forced see {@link #chosen}
   * @throws IllegalArgumentException if it is none, or has not the variant that is forced
   */
  static NativeKernels open(InputStream library, @Nullable String forced) throws IOException {
    Path file = Files.createTempFile("weir-kernels-", ".so");
    try {
      Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
      return new NativeKernels(SymbolLookup.libraryLookup(file, Arena.global()), forced);
    } finally {
      Files.delete(file); // it stays mapped
    }
  }

  private static MethodHandle handle(
      SymbolLookup library, String name, FunctionDescriptor signature) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), signature);
  }

  /** A function that no model needs. */
  MethodHandle handle(String name, FunctionDescriptor signature) {
    return handle(library, name, signature);
  }

  private static void checkSizes(MethodHandle size) {
    try {
      for (int i = 0; i < Structs.ALL.size(); i++) {
        long ours = Structs.ALL.get(i).byteSize();
        long theirs = (long) size.invokeExact(i);
        if (ours != theirs) {
          throw new IllegalArgumentException(
              "struct %d of weir.h has %d bytes, not %d".formatted(i, theirs, ours));
        }
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static boolean isTrue(MethodHandle function) {
    try {
      return (int) function.invokeExact() != 0;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Whether whatever goes beyond what {@link #map} gave ends the process, as tests want it. */
  boolean guarded() {
    return guarded;
  }

  /** Whether the library has a variant that this processor can run. */
  boolean has(Variant wanted) {
    try {
      return (int) hasVariant.invokeExact(wanted.ordinal()) != 0;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /**
   * The variant to run.
   *
   * @param forced what {@code WEIR_KERNELS} names; null or empty for the best
   * @throws IllegalArgumentException if there is none of that name, or not here
   */
  Variant chosen(@Nullable String forced) {
    List<Variant> here = Arrays.stream(Variant.values()).filter(this::has).toList();
    if (forced == null || forced.isEmpty()) {
      return here.getLast();
    }
    Variant named = Variant.named(forced);
    if (!here.contains(named)) {
      throw new IllegalArgumentException(
          "WEIR_KERNELS is %s, this processor has %s"
              .formatted(
                  forced, here.stream().map(Variant::label).collect(Collectors.joining(", "))));
    }
    return named;
  }

  /** The best that this processor has, or the one that was forced. */
  Variant variant() {
    return variant;
  }

  /**
   * Zeros, in huge pages where there are any.
   *
   * @throws IllegalArgumentException if the system has not so much
   */
  MemorySegment map(long bytes) {
    try {
      MemorySegment memory = (MemorySegment) map.invokeExact(bytes);
      if (memory.equals(MemorySegment.NULL)) {
        throw new IllegalArgumentException("the system gives no %,d bytes".formatted(bytes));
      }
      return memory.reinterpret(bytes);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  void unmap(MemorySegment memory) {
    try {
      unmap.invokeExact(memory, memory.byteSize());
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** The calling thread gives way to the others from now on. */
  void giveWay() {
    try {
      giveWay.invokeExact();
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Makes the system give the memory of blocks of the cache, whose content stays. */
  void prefault(MemorySegment model, long fromBlock, long toBlock) {
    try {
      prefault.invokeExact(model, fromBlock, toBlock);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  MemorySegment openPool(int threads) {
    try {
      MemorySegment pool = (MemorySegment) poolOpen.invokeExact(threads);
      if (pool.equals(MemorySegment.NULL)) {
        throw new IllegalArgumentException("the system gives no " + threads + " threads");
      }
      return pool;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  void closePool(MemorySegment pool) {
    try {
      poolClose.invokeExact(pool);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** So many threads of the pool compute from now on; the others sleep. */
  void limitPool(MemorySegment pool, int threads) {
    try {
      poolLimit.invokeExact(pool, threads);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  long panelStride(PanelFormat format, int columns) {
    try {
      return (long) panelStride.invokeExact(format.ordinal(), columns);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** See weir.h; false if a value cannot be kept in the matrix's format. */
  boolean pack(
      MemorySegment matrix,
      MemorySegment stored,
      int source,
      long columns,
      long rows,
      MemorySegment targets) {
    try {
      return (int) pack.invokeExact(matrix, stored, source, columns, rows, targets) == 0;
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  void run(MemorySegment model, MemorySegment step) {
    try {
      run.invokeExact(model, step);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  int tail(MemorySegment model, MemorySegment query, double mass) {
    try {
      return (int) tail.invokeExact(model, query, mass);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  int shortlist(
      MemorySegment model,
      MemorySegment query,
      MemorySegment ids,
      MemorySegment logits,
      MemorySegment weights) {
    try {
      return (int) shortlist.invokeExact(model, query, ids, logits, weights);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static RuntimeException rethrown(Throwable e) {
    if (e instanceof RuntimeException known) {
      return known;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("native functions throw nothing", e);
  }
}
