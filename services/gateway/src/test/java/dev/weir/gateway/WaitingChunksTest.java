package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.stream.Cursor;
import dev.weir.stream.StreamChunk;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class WaitingChunksTest {
  /** Bytes of a chunk beside those of its picture. */
  private static final int FRAME = 64;

  private static StreamChunk preview(int step, int bytes) {
    var preview = Preview.newBuilder().setStep(step).setData(ByteString.copyFrom(new byte[bytes]));
    return new StreamChunk(new Cursor(0, step), Chunk.newBuilder().setPreview(preview).build());
  }

  private static StreamChunk picture(int index, int bytes) {
    var part =
        ImagePart.newBuilder().setFirstIndex(index).setData(ByteString.copyFrom(new byte[bytes]));
    return new StreamChunk(new Cursor(0, index), Chunk.newBuilder().setImage(part).build());
  }

  private static List<StreamChunk> all(WaitingChunks waiting) {
    List<StreamChunk> all = new ArrayList<>();
    for (StreamChunk first = waiting.peek(); first != null; first = waiting.peek()) {
      all.add(first);
      assertThat(waiting.remove(first)).isTrue();
    }
    return all;
  }

  /** Each number is a chunk: even ones previews, of as many bytes. */
  @Property
  void neitherChunksNorBytesAreBeyondTheWindowAndNoPictureIsLostInIt(
      @ForAll @Size(max = 80) List<@IntRange(min = 1, max = 3000) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 20) int chunks,
      @ForAll @IntRange(min = 1, max = 10_000) int bytes) {
    FlowWindow window = new FlowWindow(chunks, bytes);
    WaitingChunks waiting = new WaitingChunks(window);
    List<StreamChunk> pictures = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) {
      boolean preview = sizes.get(i) % 2 == 0;
      StreamChunk chunk = preview ? preview(i, sizes.get(i)) : picture(i, sizes.get(i));
      boolean taken = waiting.offer(chunk);
      if (preview) {
        assertThat(taken).isTrue();
      } else if (taken) {
        pictures.add(chunk);
      } else {
        break; // its reading is left
      }
      assertThat(window.held()).isBetween(1L, (long) chunks);
      assertThat(window.heldBytes()).isLessThanOrEqualTo(window.held() == 1 ? 3000 + FRAME : bytes);
    }
    List<StreamChunk> all = all(waiting);
    assertThat(all.stream().filter(chunk -> chunk.chunk().hasImage())).isEqualTo(pictures);
    assertThat(window.held()).isZero();
    assertThat(window.heldBytes()).isZero();
  }

  @Example
  void theNewestPreviewsStayAndPicturesNeedNotWaitForThem() {
    FlowWindow window = new FlowWindow(4, 1 << 20);
    WaitingChunks waiting = new WaitingChunks(window);
    List<StreamChunk> previews = new ArrayList<>();
    for (int step = 0; step < 5; step++) {
      previews.add(preview(step, 10));
      assertThat(waiting.offer(previews.get(step))).isTrue();
    }
    assertThat(window.held()).isEqualTo(2);
    assertThat(window.droppedPreviews()).isEqualTo(3);
    List<StreamChunk> pictures = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      pictures.add(picture(i, 10));
      assertThat(waiting.offer(pictures.get(i))).isTrue();
    }
    assertThat(waiting.remove(previews.get(3))).isFalse(); // it gave way
    assertThat(all(waiting))
        .containsExactly(previews.get(4), pictures.get(0), pictures.get(1), pictures.get(2));
  }
}
