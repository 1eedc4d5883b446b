package dev.weir.imageworker;

import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.StepNetwork;
import dev.weir.image.portrait.PortraitDesign;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Draws a row in each step, all of the colour that seed and hat make. */
final class TestingStripes implements StepNetwork {
  private static final int SIDE = PortraitDesign.SIDE;
  private static final int HAT = PortraitDesign.builtIn().attribute("hat");
  private final Semaphore steps;

  /**
   * @param steps that may be taken
   */
  TestingStripes(int steps) {
    this.steps = new Semaphore(steps);
  }

  void allow(int more) {
    steps.release(more);
  }

  @Override
  public int slots() {
    return 4;
  }

  @Override
  public void check(PictureRequest request) {}

  @Override
  public Canvas begin(PictureRequest request) {
    return new Stripes(request);
  }

  @Override
  public void step(List<Canvas> canvases) {
    steps.acquireUninterruptibly();
    canvases.forEach(canvas -> ((Stripes) canvas).rows++);
  }

  @Override
  public void close() {}

  private static final class Stripes implements Canvas {
    private final byte place;
    int rows;

    Stripes(PictureRequest request) {
      place =
          (byte)
              switch (request.source()) {
                case PictureRequest.Source.None() -> request.seed() * 16 + request.condition()[HAT];
                case PictureRequest.Source.Variation(byte[] source, double strength) ->
                    source[0] + Math.round(10 * strength);
                case PictureRequest.Source.Between(byte[] first, byte[] second, double share) ->
                    Math.round(first[0] * (1 - share) + second[0] * share);
              };
    }

    @Override
    public int step() {
      return rows;
    }

    @Override
    public int steps() {
      return SIDE;
    }

    @Override
    public int[] preview() {
      int[] argb = new int[SIDE * SIDE];
      Arrays.fill(argb, 0, rows * SIDE, 0xff00ff00);
      return argb;
    }

    @Override
    public byte[] places() {
      byte[] places = new byte[SIDE * SIDE];
      Arrays.fill(places, place);
      return places;
    }
  }
}
