package dev.weir.gateway;

import com.google.protobuf.ByteString;
import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImageOptions;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import dev.weir.stream.RequestHeaders;
import java.util.List;

/**
 * A model that "draws": a picture says which it is of how many, of what prompt and of how many
 * bytes of sources; {@code refuse} is refused.
 */
final class TestingEasel implements Generator {
  private static final int SIDE = 16;

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    if (request.getPrompt().equals("refuse")) {
      throw new InvalidRequestException("prompt", "invalid_value", "prompt: cannot be drawn");
    }
    sink.admitted();
    return new Drawing(request, sink);
  }

  private record Drawing(GenerationRequest request, Sink sink) implements Job {
    @Override
    public void proceed(List<Tokens> emitted, long nextIndex) {
      ImageOptions image = request.getImage();
      int side = SIDE * image.getScale();
      for (int i = 0; i < image.getN(); i++) {
        for (int step = 1; step <= image.getPreviews(); step++) {
          sink.preview(
              Preview.newBuilder()
                  .setMediaType("image/png")
                  .setData(png("preview %d.%d".formatted(i, step)))
                  .setStep(step)
                  .setSteps(image.getPreviews() + 1)
                  .setPicture(i)
                  .build());
        }
        int sources = image.getSourcesList().stream().mapToInt(ByteString::size).sum();
        String says = "%d/%d %s %d".formatted(i, image.getN(), request.getPrompt(), sources);
        sink.image(
            ImagePart.newBuilder()
                .setFirstIndex(i)
                .setMediaType("image/png")
                .setData(png(says))
                .setWidth(side)
                .setHeight(side)
                .setLast(i == image.getN() - 1)
                .build());
      }
      Finished.Builder end = TestingImages.finished(FinishReason.FINISH_REASON_STOP, image.getN());
      sink.finished(end.build());
    }

    private static ByteString png(String says) {
      return ByteString.copyFrom(TestingImages.png(says));
    }

    @Override
    public void cancel() {}

    @Override
    public void abandon() {}
  }
}
