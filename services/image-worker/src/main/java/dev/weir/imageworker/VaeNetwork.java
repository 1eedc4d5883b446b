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
    TrainedVae.Latents prior = vae.prior(conditions);
    List<byte[]> given = given(pictures);
    float[] posterior =
        given.isEmpty()
            ? new float[0]
            : vae.posterior(given.stream().map(_ -> nothing).toList(), given).means();
    int size = vae.latent();
    float[] z = new float[pictures.size() * size];
    int next = 0;
    for (int p = 0; p < pictures.size(); p++) {
      PictureRequest request = pictures.get(p).request;
      int from = p * size;
      switch (request.source()) {
        case Source.None() -> drawn(prior, from, request, z);
        case Source.Variation(byte[] _, double strength) ->
            varied(prior, from, posterior, next++ * size, request, strength, z);
        case Source.Between(byte[] _, byte[] _, double share) -> {
          mixed(posterior, next * size, (float) share, z, from);
          next += 2;
        }
      }
    }
    List<byte[]> places = vae.decode(conditions, z);
    for (int p = 0; p < pictures.size(); p++) {
      pictures.get(p).places = places.get(p);
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

  /** Mean of the prior, and the temperature's part of its deviation. */
  private void drawn(TrainedVae.Latents prior, int from, PictureRequest request, float[] z) {
    float[] noise = vae.noise(request.seed());
    for (int i = 0; i < noise.length; i++) {
      double deviation = Math.exp(prior.logVariances()[from + i] / 2);
      z[from + i] =
          prior.means()[from + i] + (float) (request.temperature() * deviation * noise[i]);
    }
  }

  /**
   * Between the picture and a drawn one so that what is between has the prior's variance: in the
   * prior's deviations, sqrt(1 - s^2) of the one and s of the other.
   */
  private void varied(
      TrainedVae.Latents prior,
      int from,
      float[] posterior,
      int source,
      PictureRequest request,
      double strength,
      float[] z) {
    float[] noise = vae.noise(request.seed());
    double kept = Math.sqrt(1 - strength * strength);
    for (int i = 0; i < noise.length; i++) {
      double deviation = Math.exp(prior.logVariances()[from + i] / 2);
      double mean = prior.means()[from + i];
      z[from + i] =
          (float)
              (mean
                  + kept * (posterior[source + i] - mean)
                  + strength * request.temperature() * deviation * noise[i]);
    }
  }

  private void mixed(float[] posterior, int source, float share, float[] z, int from) {
    int size = vae.latent();
    for (int i = 0; i < size; i++) {
      z[from + i] = (1 - share) * posterior[source + i] + share * posterior[source + size + i];
    }
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
