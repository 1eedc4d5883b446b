package dev.weir.imageworker;

import dev.weir.engine.InvalidRequest;
import dev.weir.image.Palette;
import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.PictureRequest.Source;
import dev.weir.image.draw.StepNetwork;
import dev.weir.train.masked.MaskedPicture;
import dev.weir.train.masked.TrainedMaskedDiffusion;
import java.util.List;

/**
 * Draws with masked diffusion: all pixels are unknown, or as many as a variation's strength tells,
 * and each evaluation makes some of them known. Pictures are at any number of known pixels
 * together.
 */
final class MaskedNetwork implements StepNetwork {
  private final TrainedMaskedDiffusion diffusion;
  private final Palette palette;
  private final int slots;
  private final int pixels;

  /**
   * Serves a network.
   *
   * @param diffusion owned from now on
   * @param pixels of a picture
   */
  MaskedNetwork(TrainedMaskedDiffusion diffusion, Palette palette, int slots, int pixels) {
    this.diffusion = diffusion;
    this.palette = palette;
    this.slots = slots;
    this.pixels = pixels;
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public void check(PictureRequest request) {
    if (request.source() instanceof Source.Between) {
      throw new InvalidRequest(
          "image.sources",
          "unsupported_value",
          "this model varies one picture; ask vae for what lies between two, or leave one out");
    }
  }

  @Override
  public Canvas begin(PictureRequest request) {
    return new Sheet(
        switch (request.source()) {
          case Source.None() ->
              MaskedPicture.unknown(
                  request.condition(),
                  request.seed(),
                  request.temperature(),
                  pixels,
                  MaskedPicture.EVALUATIONS);
          case Source.Variation(byte[] places, double strength) ->
              MaskedPicture.forgetting(
                  request.condition(),
                  request.seed(),
                  request.temperature(),
                  places,
                  strength,
                  MaskedPicture.EVALUATIONS);
          case Source.Between _ -> throw new IllegalStateException("it was checked");
        });
  }

  @Override
  public void step(List<Canvas> canvases) {
    List<MaskedPicture> pictures =
        canvases.stream()
            .map(canvas -> ((Sheet) canvas).picture)
            .filter(picture -> !picture.whole())
            .toList();
    if (!pictures.isEmpty()) { // a variation of strength 0 is whole from the beginning
      diffusion.step(pictures);
    }
  }

  @Override
  public void close() {
    diffusion.close();
  }

  /** A step is a pixel: how many an evaluation makes known is not known before. */
  private final class Sheet implements Canvas {
    final MaskedPicture picture;

    Sheet(MaskedPicture picture) {
      this.picture = picture;
    }

    @Override
    public int step() {
      return picture.whole() ? steps() : picture.begun() - picture.left();
    }

    @Override
    public int steps() {
      return Math.max(1, picture.begun());
    }

    @Override
    public int[] preview() {
      int[] argb = palette.colours(picture.estimate());
      for (int i = 0; i < argb.length; i++) {
        argb[i] |= 0xff000000;
      }
      return argb;
    }

    @Override
    public byte[] places() {
      if (!picture.whole()) {
        throw new IllegalStateException(picture.left() + " pixels are unknown");
      }
      return picture.places();
    }
  }
}
