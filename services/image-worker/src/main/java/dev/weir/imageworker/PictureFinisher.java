package dev.weir.imageworker;

import com.google.protobuf.ByteString;
import dev.weir.image.Palette;
import dev.weir.image.Pictures;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes files of pictures and keeps the large ones, in a thread of its own: a network draws on
 * meanwhile. What is given to it is done in order. Previews are left out while many wait; pictures
 * never are, and there are no more of those than the engines have places.
 */
final class PictureFinisher implements AutoCloseable {
  static final String PNG = "image/png";
  private static final Logger LOG = LoggerFactory.getLogger(PictureFinisher.class);
  private static final int MOST_WAITING = 64;

  private final Palette palette;
  private final int side;
  private final int inlineLimit;
  private final @Nullable PictureStore store;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger omitted = new AtomicInteger();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("weir-picture-finisher").factory());

  /**
   * @param side pixels of a picture's side
   * @param inlineLimit bytes; what has more is stored
   * @param store null: there is none; closed with this
   */
  PictureFinisher(Palette palette, int side, int inlineLimit, @Nullable PictureStore store) {
    this.palette = palette;
    this.side = side;
    this.inlineLimit = inlineLimit;
    this.store = store;
  }

  /** Does something behind all that was given before. */
  void then(Runnable task) {
    waiting.incrementAndGet();
    thread.execute(() -> {
      waiting.decrementAndGet();
      try {
        task.run();
      } catch (RuntimeException e) { // of one request; the others go on
        LOG.error("a picture was not handed over", e);
      }
    });
  }

  /** Whether there is time for previews. */
  boolean hasTime() {
    if (waiting.get() < MOST_WAITING) {
      return true;
    }
    omitted.incrementAndGet();
    return false;
  }

  /** What waits to be done. */
  int waiting() {
    return waiting.get();
  }

  /** Previews that were left out so far. */
  int omitted() {
    return omitted.get();
  }

  /**
   * A picture as a record holds it.
   *
   * @param id of the request, for the name where it is stored
   * @param index which picture of the request
   * @throws IOException if it is too large and cannot be stored
   */
  ImagePart part(String id, int index, boolean last, byte[] places, int scale) throws IOException {
    byte[] png = Pictures.png(palette, side * scale, enlarged(places, scale));
    ImagePart.Builder part =
        ImagePart.newBuilder()
            .setFirstIndex(index)
            .setMediaType(PNG)
            .setWidth(side * scale)
            .setHeight(side * scale)
            .setLast(last);
    if (png.length <= inlineLimit) {
      return part.setData(ByteString.copyFrom(png)).build();
    }
    if (store == null) {
      throw new IOException(
          "a picture of %,d bytes is larger than %,d (weir.image-worker.inline-limit), and there is no store"
              .formatted(png.length, inlineLimit));
    }
    return part.setStored(store.put("%s-%d.png".formatted(id, index), PNG, png)).build();
  }

  private byte[] enlarged(byte[] places, int scale) {
    if (scale == 1) {
      return places;
    }
    int width = side * scale;
    byte[] large = new byte[width * width];
    for (int i = 0; i < large.length; i++) {
      large[i] = places[i / width / scale * side + i % width / scale];
    }
    return large;
  }

  /** A picture on its way, in its own size: who shows it enlarges it. */
  Preview preview(int picture, int step, int steps, int[] argb) {
    return Preview.newBuilder()
        .setMediaType(PNG)
        .setData(ByteString.copyFrom(Pictures.transparentPng(side, argb)))
        .setStep(step)
        .setSteps(steps)
        .setPicture(picture)
        .build();
  }

  @Override
  public void close() {
    thread.shutdownNow();
    if (store != null) {
      store.close();
    }
  }
}
