package dev.weir.image.draw;

import dev.weir.engine.InvalidRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Draws, in as many steps as the temperature says, a picture of one pixel: the seed. */
final class TestingNetwork implements StepNetwork {
  private final int slots;
  private final Semaphore steps; // that may be taken

  /** Seeds of each step. */
  final List<List<Long>> taken = Collections.synchronizedList(new ArrayList<>());

  volatile @Nullable RuntimeException failure;
  volatile boolean closed;

  TestingNetwork(int slots, int steps) {
    this.slots = slots;
    this.steps = new Semaphore(steps);
  }

  void allow(int more) {
    steps.release(more);
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public void check(PictureRequest request) {
    if (request.condition().length != 1) {
      throw new InvalidRequest("prompt", "invalid_value", "one attribute");
    }
  }

  @Override
  public Canvas begin(PictureRequest request) {
    return new OnePixel(request);
  }

  @Override
  public void step(List<Canvas> canvases) {
    steps.acquireUninterruptibly();
    if (failure != null) {
      throw failure;
    }
    taken.add(canvases.stream().map(canvas -> ((OnePixel) canvas).request.seed()).toList());
    canvases.forEach(canvas -> ((OnePixel) canvas).done++);
  }

  @Override
  public void close() {
    closed = true;
  }

  private static final class OnePixel implements Canvas {
    final PictureRequest request;
    int done;

    OnePixel(PictureRequest request) {
      this.request = request;
    }

    @Override
    public int step() {
      return done;
    }

    @Override
    public int steps() {
      return (int) request.temperature();
    }

    @Override
    public int[] preview() {
      return new int[] {done};
    }

    @Override
    public byte[] places() {
      return new byte[] {(byte) request.seed()};
    }
  }
}
