package dev.weir.gateway;

import dev.weir.stream.StreamChunk;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What waits of one stream for its reader, within a {@link FlowWindow}. Previews of pictures have
 * at most half of it, and give way, the oldest first: to newer ones, and to what must not be
 * missed. Not safe for use by several threads.
 */
final class WaitingChunks {
  private final FlowWindow window;
  private final ArrayDeque<StreamChunk> chunks = new ArrayDeque<>();
  private int bytes;
  private int previews;

  WaitingChunks(FlowWindow window) {
    this.window = window;
  }

  /**
   * @return false if there is no room: then it is not taken
   */
  boolean offer(StreamChunk chunk) {
    boolean preview = chunk.chunk().hasPreview();
    int part = preview ? 2 : 1;
    while (!fits(chunk, part)) {
      if (!dropOldestPreview()) {
        if (preview) {
          window.droppedPreview(); // it is passed over: nobody reads it again
        }
        return preview;
      }
    }
    chunks.add(chunk);
    count(chunk, 1);
    return true;
  }

  /** Whether there is room for it in a half, or the whole, of the window. */
  private boolean fits(StreamChunk chunk, int part) {
    return chunks.isEmpty()
        || (chunks.size() < (window.chunks() + part - 1) / part
            && bytes + (long) size(chunk) <= window.bytes() / part);
  }

  private boolean dropOldestPreview() {
    if (previews == 0) {
      return false;
    }
    for (Iterator<StreamChunk> waiting = chunks.iterator(); waiting.hasNext(); ) {
      StreamChunk chunk = waiting.next();
      if (chunk.chunk().hasPreview()) {
        waiting.remove();
        count(chunk, -1);
        window.droppedPreview();
        return true;
      }
    }
    throw new IllegalStateException(previews + " previews were counted, none is there");
  }

  @Nullable StreamChunk peek() {
    return chunks.peek();
  }

  /** Takes it out if it is still the first. */
  boolean remove(StreamChunk first) {
    if (chunks.peek() != first) {
      return false;
    }
    chunks.remove();
    count(first, -1);
    return true;
  }

  boolean isEmpty() {
    return chunks.isEmpty();
  }

  void clear() {
    window.hold(-chunks.size(), -bytes);
    chunks.clear();
    bytes = 0;
    previews = 0;
  }

  private void count(StreamChunk chunk, int change) {
    int size = change * size(chunk);
    bytes += size;
    previews += chunk.chunk().hasPreview() ? change : 0;
    window.hold(change, size);
  }

  private static int size(StreamChunk chunk) {
    return chunk.chunk().getSerializedSize();
  }
}
