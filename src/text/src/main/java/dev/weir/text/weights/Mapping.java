package dev.weir.text.weights;

import dev.weir.text.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Maps whole files read-only until it is closed. A segment has no 2 GiB limit as a ByteBuffer has,
 * and reading one after it was unmapped is an exception, not a crash.
 */
public final class Mapping implements AutoCloseable {
  private final Arena arena;
  private final AtomicBoolean closed = new AtomicBoolean();

  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  public Mapping() {
    arena = Arena.ofShared();
  }

  /**
   * Maps a file.
   *
   * @throws CheckpointException if it cannot be opened or is empty
   */
  public MemorySegment map(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size == 0) {
        throw new CheckpointException(file + " is empty");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      arena.close();
    }
  }
}
