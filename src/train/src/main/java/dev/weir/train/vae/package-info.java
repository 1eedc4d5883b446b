/** The variational autoencoder: portraits from a latent vector and a caption. */
@NullMarked
package dev.weir.train.vae;

import org.jspecify.annotations.NullMarked;
