package dev.weir.imageworker;

import dev.weir.image.draw.Drawing;
import dev.weir.image.draw.Drawn;
import dev.weir.image.draw.PictureEngine;
import dev.weir.image.draw.PictureListener;
import dev.weir.image.draw.PictureRequest;
import java.util.concurrent.CompletionStage;

/** An engine whose pictures are counted. */
final class MeteredEngine implements PictureEngine {
  private final PictureEngine engine;
  private final ImageMeters meters;

  /**
   * @param engine owned from now on
   * @param meters owned from now on
   */
  MeteredEngine(PictureEngine engine, ImageMeters meters) {
    this.engine = engine;
    this.meters = meters;
    meters.watch(engine);
  }

  /** From now on; a warm-up is no request. */
  void count() {
    meters.count();
  }

  @Override
  public Drawing draw(PictureRequest request, PictureListener listener) {
    return engine.draw(request, new Counted(listener));
  }

  @Override
  public int slots() {
    return engine.slots();
  }

  @Override
  public int running() {
    return engine.running();
  }

  @Override
  public boolean alive() {
    return engine.alive();
  }

  @Override
  public CompletionStage<Throwable> failure() {
    return engine.failure();
  }

  @Override
  public void close() {
    engine.close();
    meters.close();
  }

  private final class Counted implements PictureListener {
    private final PictureListener listener;
    private final long came = System.nanoTime();
    private long admitted = came;

    Counted(PictureListener listener) {
      this.listener = listener;
    }

    @Override
    public void onAdmitted() {
      admitted = System.nanoTime();
      listener.onAdmitted();
    }

    @Override
    public void onPreview(int step, int steps, int[] argb) {
      listener.onPreview(step, steps, argb);
    }

    @Override
    public void onEnded(Drawn drawn) {
      meters.ended(drawn, admitted - came, System.nanoTime() - admitted);
      listener.onEnded(drawn);
    }
  }
}
