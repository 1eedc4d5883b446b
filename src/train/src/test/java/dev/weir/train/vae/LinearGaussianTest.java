package dev.weir.train.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.torch.train.AdamW;
import dev.weir.torch.train.HostTensor;
import dev.weir.torch.train.Parameter;
import dev.weir.torch.train.TrainableModule;
import dev.weir.torch.train.TrainableModule.Weights;
import dev.weir.torch.train.TrainingProgram;
import dev.weir.torch.train.TrainingProgram.Kind;
import dev.weir.torch.train.TrainingProgram.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The bounds where all is known: x = a z + b + s noise with one latent coordinate (probabilistic
 * PCA, Tipping and Bishop 1999) has a normal distribution, and so has z given x.
 */
final class LinearGaussianTest {
  private static final double[] A = {0.8, -1.3, 0.5};
  private static final double[] B = {0.2, 0.1, -0.4};
  private static final double[] X = {1.4, -0.9, 0.3};
  private static final double VARIANCE = 0.3;

  /** The evidence lower bound of each sample, with the functions that the VAE uses. */
  private static final String BOUND =
      """
          z = s.drawn(mean, variance, noise)
          zero = torch.zeros_like(mean)
          centre = torch.add({offset}, torch.mul(z, {slope}))
          spread = torch.full_like(centre, %1$s)
          likelihood = s.density(x, centre, spread)
          divergence = s.divergence(mean, variance, zero, zero)
          weight = torch.sub(torch.add(likelihood, s.density(z, zero, zero)), s.density(z, mean, variance))
          return [torch.sub(likelihood, divergence), weight]
      """
          .formatted(Math.log(VARIANCE));

  private final TrainableModule module =
      TrainableModule.open(program(), new AdamW(0.9, 0.99, 1e-8, 0, 1, 0.99), false, 1);

  @AfterEach
  void close() {
    module.close();
  }

  /** Noise of -1 and 1 has the mean of every square that normal noise has. */
  @Test
  void theLowerBoundWithTheExactPosteriorIsTheLikelihood() {
    float[] bounds = call(posteriorMean(), Math.log(posteriorVariance()), -1, 1)[0];
    assertThat((bounds[0] + bounds[1]) / 2.0).isEqualTo(logLikelihood(), within(1e-5));
    float[] other = call(posteriorMean() + 0.3, Math.log(2 * posteriorVariance()), -1, 1)[0];
    // Any other posterior loses its divergence from the exact one.
    double lost = 0.5 * (2 + 0.09 / posteriorVariance() - 1 - Math.log(2));
    assertThat((other[0] + other[1]) / 2.0).isEqualTo(logLikelihood() - lost, within(1e-5));
  }

  @Test
  void everyImportanceWeightOfTheExactPosteriorIsTheLikelihood() {
    double[] noise = new Random(3).doubles(50, -3, 3).toArray();
    for (float weight : call(posteriorMean(), Math.log(posteriorVariance()), noise)[1]) {
      assertThat((double) weight).isEqualTo(logLikelihood(), within(2e-5));
    }
  }

  @Test
  void theImportanceSampledBoundRisesWithItsSamplesToTheLikelihood() {
    int draws = 65_536;
    Random random = new Random(5);
    double[] noise = new double[draws];
    Arrays.setAll(noise, i -> random.nextGaussian());
    float[] floats = call(posteriorMean() + 0.3, Math.log(2 * posteriorVariance()), noise)[1];
    double[] weights = new double[draws];
    Arrays.setAll(weights, i -> floats[i]);
    double before = Double.NEGATIVE_INFINITY;
    for (int samples = 1; samples <= 4096; samples *= 4) {
      double mean = 0;
      for (int from = 0; from < draws; from += samples) {
        double[] some = Arrays.copyOfRange(weights, from, from + samples);
        mean += Gaussians.importanceBound(some) * samples / draws;
      }
      // By Jensen's inequality on the same draws, whatever they are.
      assertThat(mean).as("%d samples", samples).isGreaterThanOrEqualTo(before);
      before = mean;
    }
    assertThat(before).isEqualTo(logLikelihood(), within(0.01));
    double single = Arrays.stream(weights).average().orElseThrow();
    assertThat(single).isLessThan(logLikelihood() - 0.3);
  }

  /** ln N(x; b, a a' + s^2 I), by the matrix determinant lemma and Sherman and Morrison. */
  private static double logLikelihood() {
    double squares = 0;
    double projection = 0;
    double distance = 0;
    for (int i = 0; i < A.length; i++) {
      squares += A[i] * A[i];
      projection += A[i] * (X[i] - B[i]);
      distance += (X[i] - B[i]) * (X[i] - B[i]);
    }
    double determinant = (A.length - 1) * Math.log(VARIANCE) + Math.log(VARIANCE + squares);
    double mahalanobis = (distance - projection * projection / (VARIANCE + squares)) / VARIANCE;
    return -0.5 * (A.length * Math.log(2 * Math.PI) + determinant + mahalanobis);
  }

  private static double posteriorMean() {
    double projection = 0;
    for (int i = 0; i < A.length; i++) {
      projection += A[i] * (X[i] - B[i]);
    }
    return projection * posteriorVariance() / VARIANCE;
  }

  private static double posteriorVariance() {
    return VARIANCE / (VARIANCE + Arrays.stream(A).map(a -> a * a).sum());
  }

  /** Lower bounds and logarithms of importance weights, of a sample for each number of noise. */
  private float[][] call(double mean, double logVariance, double... noise) {
    Map<String, HostTensor> inputs = new LinkedHashMap<>();
    inputs.put("x", floats(List.of(1, X.length), X));
    inputs.put("mean", floats(List.of(1, 1), mean));
    inputs.put("variance", floats(List.of(1, 1), logVariance));
    inputs.put("noise", floats(List.of(noise.length, 1), noise));
    List<HostTensor.Floats> found = module.call("bounds", inputs, Weights.LAST);
    return new float[][] {found.get(0).values(), found.get(1).values()};
  }

  private static HostTensor.Floats floats(List<Integer> shape, double... values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return new HostTensor.Floats(shape, floats);
  }

  private static TrainingProgram program() {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    for (String input : List.of("x", "mean", "variance", "noise")) {
      kinds.put(input, Kind.FLOATS);
    }
    String text = BOUND.replace("{slope}", literal(A)).replace("{offset}", literal(B));
    return new TrainingProgram(
        "linear",
        List.of(Parameter.constant("unused", 0, 1)),
        List.of("loss"),
        new Method(kinds, "    return [torch.sum(torch.mul({unused}, x))]\n"),
        Map.of("bounds", new Method(kinds, text)),
        Gaussians.FUNCTIONS);
  }

  private static String literal(double[] values) {
    return "torch.tensor([" + Arrays.toString(values) + "], dtype=6)";
  }
}
