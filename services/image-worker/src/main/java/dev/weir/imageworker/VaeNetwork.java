package dev.weir.imageworker;

import dev.weir.image.Palette;
import dev.weir.image.draw.PictureRequest;
import dev.weir.image.draw.PictureRequest.Source;
import dev.weir.image.draw.StepNetwork;
import dev.weir.train.vae.TrainedVae;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws with a variational autoencoder, in one step: a latent vector of the caption's prior, or of
 * the posterior of pictures that are given, and the most probable colour of each pixel.
 */
final class VaeNetwork implements StepNetwork {
  private final TrainedVae vae;
  private final Palette palette;
  private final int slots;
  private final int[] nothing;

  /**
   * @param vae owned from now on
   * @param nothing the condition that says nothing: [attributes]
   */
  VaeNetwork(TrainedVae vae, Palette palette, int slots, int[] nothing) {
    this.vae = vae;
    this.palette = palette;
    this.slots = slots;
    this.nothing = nothing.clone();
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public void check(PictureRequest request) {} // it can all

  @Override
  public Canvas begin(PictureRequest request) {
    return new OneStep(request);
  }

  @Override
  public void step(List<Canvas> canvases) {
    List<OneStep> pictures = canvases.stream().map(OneStep.class::cast).toList();
    List<int[]> conditions = pictures.stream().map(p -> p.request.condition()).toList();
    List<byte[]> given = given(pictures);
    float[] posterior =
        given.isEmpty()
            ? new float[0]
            : vae.posterior(given.stream().map(_ -> nothing).toList(), given).means();
    int size = vae.latent();
    float[] base = new float[pictures.size() * size];
    float[] means = new float[pictures.size()];
    float[] deviations = new float[pictures.size()];
    float[] noise = new float[pictures.size() * size];
    int next = 0;
    for (int p = 0; p < pictures.size(); p++) {
      PictureRequest request = pictures.get(p).request;
      System.arraycopy(vae.noise(request.seed()), 0, noise, p * size, size);
      switch (request.source()) {
        case Source.None() -> {
          means[p] = 1;
          deviations[p] = (float) request.temperature();
        }
        // Between the picture and a drawn one so that what is between has the prior's variance: in
        // the prior's deviations, sqrt(1 - s^2) of the one and s of the other.
        case Source.Variation(byte[] _, double strength) -> {
          float kept = (float) Math.sqrt(1 - strength * strength);
          add(kept, posterior, next++ * size, base, p * size);
          means[p] = 1 - kept;
          deviations[p] = (float) (strength * request.temperature());
        }
        case Source.Between(byte[] _, byte[] _, double share) -> {
          add((float) (1 - share), posterior, next++ * size, base, p * size);
          add((float) share, posterior, next++ * size, base, p * size);
        }
      }
    }
    List<byte[]> places = vae.draw(conditions, base, means, deviations, noise);
    for (int p = 0; p < pictures.size(); p++) {
      pictures.get(p).places = places.get(p);
    }
  }

  private void add(float share, float[] from, int at, float[] to, int into) {
    for (int i = 0; i < vae.latent(); i++) {
      to[into + i] += share * from[at + i];
    }
  }

  /** The pictures that are given, in their order. */
  private static List<byte[]> given(List<OneStep> pictures) {
    List<byte[]> given = new ArrayList<>();
    for (OneStep picture : pictures) {
      switch (picture.request.source()) {
        case Source.None() -> {}
        case Source.Variation(byte[] places, double _) -> given.add(places);
        case Source.Between(byte[] first, byte[] second, double _) -> {
          given.add(first);
          given.add(second);
        }
      }
    }
    return given;
  }

  @Override
  public void close() {
    vae.close();
  }

  private final class OneStep implements Canvas {
    final PictureRequest request;
    byte @Nullable [] places;

    OneStep(PictureRequest request) {
      this.request = request;
    }

    @Override
    public int step() {
      return places == null ? 0 : 1;
    }

    @Override
    public int steps() {
      return 1;
    }

    @Override
    public int[] preview() {
      byte[] drawn = places();
      int[] argb = palette.colours(drawn);
      for (int i = 0; i < argb.length; i++) {
        argb[i] |= 0xff000000;
      }
      return argb;
    }

    @Override
    public byte[] places() {
      byte[] drawn = places;
      if (drawn == null) {
        throw new IllegalStateException("the step is not taken yet");
      }
      return drawn;
    }
  }
}
