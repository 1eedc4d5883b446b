package dev.weir.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.weir.text.CheckpointException;
import dev.weir.text.ModelConfig;
import dev.weir.text.lora.LoraAdapter;
import dev.weir.text.lora.Projection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Lays adapters out as {@code weir_adapter} has them. Their rows are in the order of transformers,
 * whose rotation pairs the halves of a head, and so does the kernels': no row of theirs moves
 * within its head, even where the rows of the base model's file had to.
 */
final class AdapterPacker {
  private static final int LANES = 16;
  private static final int GROUP = 32;

  private final ModelConfig config;
  private final NativeMemory memory;

  AdapterPacker(ModelConfig config, NativeMemory memory) {
    this.config = config;
    this.memory = memory;
  }

  /** Bytes that adapters take in memory. */
  static long bytes(ModelConfig config, List<LoraAdapter> adapters) {
    long floats = 0;
    for (LoraAdapter adapter : adapters) {
      for (int layer = 0; layer < config.layers(); layer++) {
        for (Projection projection : Projection.values()) {
          int rank = adapter.rank(layer, projection);
          Place place = place(config, projection);
          floats += (long) MatrixPacker.padded(rank, LANES) * place.columns();
          floats += (long) rank * place.panels() * LANES;
        }
      }
    }
    return floats * Float.BYTES;
  }

  /**
   * Packs adapters.
   *
   * @return a {@code weir_adapter} [layers] for each
   * @throws CheckpointException if a value is not finite
   */
  List<MemorySegment> pack(List<LoraAdapter> adapters) {
    List<MemorySegment> packed = new ArrayList<>();
    for (LoraAdapter adapter : adapters) {
      packed.add(pack(adapter));
    }
    return packed;
  }

  private MemorySegment pack(LoraAdapter adapter) {
    long layerBytes = Structs.ADAPTER.byteSize();
    MemorySegment layers = memory.allocate(layerBytes * config.layers());
    for (int layer = 0; layer < config.layers(); layer++) {
      for (Projection projection : Projection.values()) {
        if (adapter.changes(layer, projection)) {
          long at = layer * layerBytes + projection.ordinal() * Structs.LOW_RANK.byteSize();
          MemorySegment part = layers.asSlice(at, Structs.LOW_RANK.byteSize());
          pack(adapter.factors(layer, projection), place(config, projection), part);
        }
      }
    }
    return layers;
  }

  private void pack(LoraAdapter.Factors factors, Place place, MemorySegment part) {
    part.set(ADDRESS, Structs.offset(Structs.LOW_RANK, "a"), reducing(factors, place));
    part.set(ADDRESS, Structs.offset(Structs.LOW_RANK, "b"), restoring(factors, place));
    part.set(JAVA_INT, Structs.offset(Structs.LOW_RANK, "rank"), factors.rank());
    part.set(JAVA_INT, Structs.offset(Structs.LOW_RANK, "first"), place.first());
    part.set(JAVA_INT, Structs.offset(Structs.LOW_RANK, "turns"), place.turns());
    part.set(JAVA_INT, Structs.offset(Structs.LOW_RANK, "panels"), place.panels());
    part.set(JAVA_FLOAT, Structs.offset(Structs.LOW_RANK, "scale"), factors.scale());
  }

  /** A as [rank / 16, rounded up][columns][16]. */
  private MemorySegment reducing(LoraAdapter.Factors factors, Place place) {
    float[] a = factors.a();
    int inputs = a.length / factors.rank();
    int rows = MatrixPacker.padded(factors.rank(), LANES);
    MemorySegment to = memory.allocate((long) rows * place.columns() * Float.BYTES);
    for (int row = 0; row < factors.rank(); row++) {
      long panel = (long) (row / LANES) * place.columns();
      for (int k = 0; k < inputs; k++) {
        to.setAtIndex(JAVA_FLOAT, (panel + k) * LANES + row % LANES, a[row * inputs + k]);
      }
    }
    return to;
  }

  /** B as [panels][rank][16]. */
  private MemorySegment restoring(LoraAdapter.Factors factors, Place place) {
    float[] b = factors.b();
    int rank = factors.rank();
    MemorySegment to = memory.allocate((long) place.panels() * rank * LANES * Float.BYTES);
    for (int row = 0; row < b.length / rank; row++) {
      for (int j = 0; j < rank; j++) {
        long at = ((long) (row / LANES) * rank + j) * LANES + row % LANES;
        to.setAtIndex(JAVA_FLOAT, at, b[row * rank + j]);
      }
    }
    return to;
  }

  /**
   * Where a linear layer's outputs lie in its matrix.
   *
   * @param columns of the matrix
   * @param first panel
   * @param turns 1 where its panels take turns with another layer's, else 0
   */
  private record Place(int columns, int first, int turns, int panels) {}

  private static Place place(ModelConfig config, Projection projection) {
    int width = KernelWeights.width(config);
    int queries = config.heads() * config.headSize();
    int keys = config.kvHeads() * config.headSize();
    int hidden = Math.ceilDiv(config.hidden(), LANES);
    int inner = Math.ceilDiv(config.intermediate(), LANES);
    return switch (projection) {
      case QUERY -> new Place(width, 0, 0, queries / LANES);
      case KEY -> new Place(width, queries / LANES, 0, keys / LANES);
      case VALUE -> new Place(width, (queries + keys) / LANES, 0, keys / LANES);
      case OUTPUT -> new Place(MatrixPacker.padded(queries, GROUP), 0, 0, hidden);
      case GATE -> new Place(width, 0, 1, inner);
      case UP -> new Place(width, 1, 1, inner);
      case DOWN -> new Place(MatrixPacker.padded(config.intermediate(), GROUP), 0, 0, hidden);
    };
  }
}
