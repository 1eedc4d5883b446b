/** Training steps as TorchScript programs: loss, gradient and optimiser in one call. */
@NullMarked
package dev.weir.torch.train;

import org.jspecify.annotations.NullMarked;
