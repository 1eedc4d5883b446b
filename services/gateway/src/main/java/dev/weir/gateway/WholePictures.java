package dev.weir.gateway;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All pictures of a call in one JSON body, once the last has come. */
final class WholePictures implements AnswerExchange.Reply {
  private final RoutingContext ctx;
  private final GatewayServices services;
  private final ImageWriter writer;
  private final ImageCall call;
  private final List<ImagePart> pictures = new ArrayList<>(); // at most call.count()

  WholePictures(RoutingContext ctx, GatewayServices services, ImageWriter writer, ImageCall call) {
    this.ctx = ctx;
    this.services = services;
    this.writer = writer;
    this.call = call;
  }

  @Override
  public void onPicture(ImagePart picture) {
    if (pictures.size() < call.count()) {
      pictures.add(picture);
    }
  }

  @Override
  public void onAllEnded(List<Answer> answers, @Nullable String fingerprint) {
    Finished finished = answers.getFirst().finished();
    if (pictures.size() < call.count()) {
      ctx.fail(writer.incomplete(pictures.size(), finished.getReason()));
      return;
    }
    String body = writer.whole(pictures, finished);
    services.metrics().bytesOut(body.length());
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
  }

  @Override
  public void onFailed(ApiException failure) {
    ctx.fail(failure);
  }
}
