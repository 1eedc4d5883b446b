package dev.weir.train.vae;

import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.train.Batches;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the latent vector of a trained autoencoder carries when the caption says nothing. A
 * posterior that has collapsed to the prior carries nothing (Bowman et al. 2016).
 *
 * @param divergences mean KL of each coordinate's posterior from its prior, nats a picture,
 *     [latent]
 * @param activeUnits coordinates whose posterior mean has a variance over pictures above 0.01
 *     (Burda et al. 2016, "Importance weighted autoencoders", section 5)
 */
public record LatentReport(List<Double> divergences, int activeUnits) {
  private static final double ACTIVE_VARIANCE = 0.01;

  public LatentReport {
    divergences = List.copyOf(divergences);
  }

  /** Mean KL of all coordinates together, nats a picture. */
  public double divergence() {
    return divergences.stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * Measures a network with its averaged weights.
   *
   * @param module of a {@link Vae} with this config
   * @param batches pictures; what their captions say is left out
   * @param count of batches, from number 0 on
   */
  public static LatentReport of(
      VaeConfig config, TrainableModule module, Batches batches, int count) {
    int latent = config.latent();
    double[] divergences = new double[latent];
    double[] sums = new double[latent];
    double[] squares = new double[latent];
    long pictures = 0;
    for (int b = 0; b < count; b++) {
      HostTensor.Integers pixels = Objects.requireNonNull(batches.at(b).get(Vae.PIXELS));
      HostTensor.Integers unsaid = unsaid(config, pixels.shape().getFirst());
      List<HostTensor.Floats> posterior =
          module.call(
              "posterior", Map.of(Vae.CONDITION, unsaid, Vae.PIXELS, pixels), Weights.AVERAGED);
      List<HostTensor.Floats> prior =
          module.call("prior", Map.of(Vae.CONDITION, unsaid), Weights.AVERAGED);
      float[] means = posterior.get(0).values();
      for (int i = 0; i < means.length; i++) {
        int unit = i % latent;
        divergences[unit] +=
            divergence(
                means[i],
                posterior.get(1).values()[i],
                prior.get(0).values()[i],
                prior.get(1).values()[i]);
        sums[unit] += means[i];
        squares[unit] += (double) means[i] * means[i];
      }
      pictures += means.length / latent;
    }
    int active = 0;
    for (int unit = 0; unit < latent; unit++) {
      divergences[unit] /= pictures;
      double mean = sums[unit] / pictures;
      active += squares[unit] / pictures - mean * mean > ACTIVE_VARIANCE ? 1 : 0;
    }
    return new LatentReport(Arrays.stream(divergences).boxed().toList(), active);
  }

  private static HostTensor.Integers unsaid(VaeConfig config, int pictures) {
    int width = config.attributeValues().size();
    int[] condition = new int[pictures * width];
    Arrays.setAll(condition, i -> config.attributeValues().get(i % width));
    return new HostTensor.Integers(List.of(pictures, width), condition);
  }

  /** KL of two normal distributions, given by mean and logarithm of the variance. */
  private static double divergence(
      double mean, double logVariance, double priorMean, double priorLogVariance) {
    double apart = mean - priorMean;
    double ratio = (Math.exp(logVariance) + apart * apart) / Math.exp(priorLogVariance);
    return (priorLogVariance - logVariance + ratio - 1) / 2;
  }
}
