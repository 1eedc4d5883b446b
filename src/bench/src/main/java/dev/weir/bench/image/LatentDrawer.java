package dev.weir.bench.image;

import dev.weir.train.vae.LatentReport;
import java.util.List;

/** A network with a latent vector for each picture. */
interface LatentDrawer extends Drawer {
  /**
   * What becomes of pictures that are made into the mean of their posterior and drawn from it, with
   * nothing said.
   */
  List<byte[]> reconstruct(List<byte[]> pictures);

  /**
   * Pictures on the line between two latent vectors, with nothing said: both ends and what lies
   * between them in equal steps.
   */
  List<byte[]> between(byte[] first, byte[] last, int steps);

  /** What the latent vectors of pictures carry when nothing is said. */
  LatentReport latents(List<byte[]> pictures);
}
