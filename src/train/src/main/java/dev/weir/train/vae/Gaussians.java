package dev.weir.train.vae;

/**
 * Functions of normal distributions with independent coordinates, as TorchScript text and in Java:
 * what the evidence lower bound (Kingma and Welling 2014, "Auto-encoding variational Bayes") and
 * the importance-sampled bound (Burda et al. 2016, "Importance weighted autoencoders") consist of.
 *
 * <p>A distribution is its mean and the logarithm of its variance, [.., latent]; sums are over the
 * last dimension.
 */
public final class Gaussians {
  /**
   * {@code drawn}: z = mean + deviation x noise; {@code divergence}: KL(q, p) in nats; {@code
   * density}: ln of the density at z.
   */
  static final String FUNCTIONS =
      """
        def drawn(s: __torch__.Trainer, mean: Tensor, variance: Tensor, noise: Tensor) -> Tensor:
          return torch.add(mean, torch.mul(torch.exp(torch.mul(variance, 0.5)), noise))
        def divergence(s: __torch__.Trainer, mean: Tensor, variance: Tensor, prior_mean: Tensor, prior_variance: Tensor) -> Tensor:
          apart = torch.square(torch.sub(mean, prior_mean))
          ratio = torch.mul(torch.add(torch.exp(variance), apart), torch.exp(torch.neg(prior_variance)))
          terms = torch.sub(torch.add(torch.sub(prior_variance, variance), ratio), 1)
          return torch.mul(torch.sum(terms, [-1]), 0.5)
        def density(s: __torch__.Trainer, z: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
          distance = torch.mul(torch.square(torch.sub(z, mean)), torch.exp(torch.neg(variance)))
          return torch.mul(torch.sum(torch.add(torch.add(distance, variance), 1.8378770664093453), [-1]), -0.5)
      """;

  private Gaussians() {}

  /**
   * The importance-sampled lower bound of ln p(x): the logarithm of the mean of weights.
   *
   * @param logWeights ln p(x, z) - ln q(z | x) for samples z of q
   */
  public static double importanceBound(double... logWeights) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double weight : logWeights) {
      largest = Math.max(largest, weight);
    }
    double sum = 0;
    for (double weight : logWeights) {
      sum += Math.exp(weight - largest);
    }
    return largest + Math.log(sum / logWeights.length);
  }
}
