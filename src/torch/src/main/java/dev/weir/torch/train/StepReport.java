package dev.weir.torch.train;

import java.util.Map;

/**
 * What a step found before it changed the weights.
 *
 * @param parts the loss first, then what else its program reports, by name
 * @param gradientNorm Euclidean norm of the gradient of all parameters, before the clip
 */
public record StepReport(double loss, Map<String, Double> parts, double gradientNorm) {
  /** Whether the step changed the weights. */
  public boolean finite() {
    return Double.isFinite(loss) && Double.isFinite(gradientNorm);
  }
}
