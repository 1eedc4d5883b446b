package dev.weir.torch.train;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled weight decay regularization",
 * ICLR 2019, algorithm 2), behind a clip of the gradient's norm over all parameters, and before an
 * exponential moving average of the weights.
 *
 * @param beta1 decay of the gradient's mean, in [0, 1)
 * @param beta2 decay of the gradient's square, in [0, 1)
 * @param epsilon added to the root of the mean square
 * @param weightDecay share of a decayed weight that goes in a step at learning rate 1
 * @param clipNorm largest norm of the gradient of all parameters together
 * @param averageDecay share of the average that stays in a step, in [0, 1); in step t, counted from
 *     0, at most (1 + t) / (10 + t), so that the average forgets the first weights soon
 */
public record AdamW(
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double clipNorm,
    double averageDecay) {

  /** The average's decay in a step counted from 0. */
  double averageDecay(long step) {
    return Math.min(averageDecay, (1.0 + step) / (10.0 + step));
  }

  /** What {@link TrainingSource}'s step takes for a step counted from 0, in its order. */
  double[] settings(long step, double learningRate) {
    double meanCorrection = 1 - Math.pow(beta1, step + 1);
    double squareCorrection = 1 - Math.pow(beta2, step + 1);
    return new double[] {
      clipNorm,
      learningRate * weightDecay,
      1 - beta1,
      beta2,
      1 - beta2,
      Math.sqrt(squareCorrection),
      epsilon,
      learningRate / meanCorrection,
      1 - averageDecay(step)
    };
  }
}
