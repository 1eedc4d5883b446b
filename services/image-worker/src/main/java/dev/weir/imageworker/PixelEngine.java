package dev.weir.imageworker;

import dev.weir.engine.Generation;
import dev.weir.engine.InvalidRequest;
import dev.weir.engine.Outcome;
import dev.weir.engine.SamplingParameters;
import dev.weir.engine.TextEngine;
import dev.weir.engine.TextListener;
import dev.weir.engine.TextRequest;
import dev.weir.engine.TokenSpan;
import dev.weir.image.Palette;
import dev.weir.image.draw.Drawing;
import dev.weir.image.draw.Drawn;
import dev.weir.image.draw.PictureEngine;
import dev.weir.image.draw.PictureListener;
import dev.weir.image.draw.PictureRequest;
import dev.weir.train.pixel.PixelExport;
import dev.weir.train.pixel.PixelTransformerConfig;
import java.util.concurrent.CompletionStage;

/** Draws pixel by pixel on the text engine: a caption is a prompt, a picture its output. */
final class PixelEngine implements PictureEngine {
  private final TextEngine engine;
  private final PixelTransformerConfig config;
  private final Palette palette;

  /**
   * @param engine of a pixel transformer of this config; owned from now on
   */
  PixelEngine(TextEngine engine, PixelTransformerConfig config, Palette palette) {
    this.engine = engine;
    this.config = config;
    this.palette = palette;
  }

  @Override
  public Drawing draw(PictureRequest request, PictureListener listener) {
    if (!(request.source() instanceof PictureRequest.Source.None)) {
      throw new InvalidRequest(
          "image.sources",
          "unsupported_value",
          "this model draws from words alone; ask vae or diffusion, or leave it out");
    }
    Pixels pixels = new Pixels(request, listener);
    Generation generation =
        engine.submit(
            new TextRequest(
                request.id(),
                PixelExport.prompt(config, request.condition()),
                SamplingParameters.builder(pixels.places.length)
                    .temperature(request.temperature())
                    .build(),
                request.seed(),
                request.deadline(),
                new TextRequest.Group(request.tenant(), ""),
                request.priority()),
            pixels);
    return new Drawing() {
      @Override
      public void proceed() {
        generation.proceed(new int[0]);
      }

      @Override
      public void cancel() {
        generation.cancel();
      }

      @Override
      public void abandon() {
        generation.abandon();
      }
    };
  }

  @Override
  public int slots() {
    return engine.limits().slots();
  }

  @Override
  public int running() {
    return engine.running();
  }

  @Override
  public boolean alive() {
    return engine.alive();
  }

  @Override
  public CompletionStage<Throwable> failure() {
    return engine.failure();
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Gathers the pixels of a picture. Called by the engine's thread. */
  private final class Pixels implements TextListener {
    private final PictureRequest request;
    private final PictureListener listener;
    final byte[] places = new byte[config.side() * config.side()];
    private int drawn;
    private int previews;

    Pixels(PictureRequest request, PictureListener listener) {
      this.request = request;
      this.listener = listener;
    }

    @Override
    public void onAdmitted() {
      listener.onAdmitted();
    }

    @Override
    public void onTokens(TokenSpan span) {
      for (int id : span.ids()) {
        places[drawn++] = (byte) id;
      }
      int due = (int) ((long) drawn * request.previews() / places.length);
      if (due > previews && drawn < places.length) {
        previews = due;
        listener.onPreview(drawn, places.length, preview());
      }
    }

    private int[] preview() {
      int[] argb = new int[places.length];
      for (int i = 0; i < drawn; i++) {
        argb[i] = 0xff000000 | palette.colour(places[i] & 255);
      }
      return argb;
    }

    @Override
    public void onFinished(Outcome outcome) {
      listener.onEnded(drawn(outcome));
    }

    private Drawn drawn(Outcome outcome) {
      Throwable error = outcome.error();
      if (error != null) {
        return new Drawn.Failed(error);
      }
      return switch (outcome.reason()) {
        case CANCELLED -> new Drawn.Cancelled();
        case DEADLINE -> new Drawn.Late();
        case STOP, LENGTH ->
            drawn == places.length
                ? new Drawn.Picture(places, places.length)
                : new Drawn.Failed(new IllegalStateException(drawn + " pixels are no picture"));
        case ERROR -> new Drawn.Failed(new IllegalStateException("the engine gives no reason"));
      };
    }
  }
}
