package dev.weir.image.draw;

import dev.weir.engine.InvalidRequest;
import dev.weir.engine.Rejected;
import java.util.concurrent.CompletionStage;

/** Draws pictures of one network, many at the same time. Safe for use by any thread. */
public interface PictureEngine extends AutoCloseable {
  /**
   * Takes a picture, which is drawn once it has a place and may {@link Drawing#proceed}.
   *
   * @throws InvalidRequest if the network can never draw it
   * @throws Rejected if too many wait
   * @throws IllegalStateException if the engine has stopped
   */
  Drawing draw(PictureRequest request, PictureListener listener);

  /** Pictures that are drawn at the same time. */
  int slots();

  /** Pictures that have a place now. */
  int running();

  /** Whether it draws: true until it fails or is closed. */
  boolean alive();

  /** Completes with the fatal error that stopped it, if one ever does. */
  CompletionStage<Throwable> failure();

  /** Ends what still runs with an error, and frees the network. */
  @Override
  void close();
}
