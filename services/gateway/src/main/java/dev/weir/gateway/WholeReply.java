package dev.weir.gateway;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All answers of a call in one JSON body, once the last has ended. */
final class WholeReply implements AnswerExchange.Reply {
  private final RoutingContext ctx;
  private final GatewayServices services;
  private final AnswerWriter writer;
  private final OpenAiCall call;

  WholeReply(RoutingContext ctx, GatewayServices services, AnswerWriter writer, OpenAiCall call) {
    this.ctx = ctx;
    this.services = services;
    this.writer = writer;
    this.call = call;
  }

  @Override
  public void onAllEnded(List<Answer> answers, @Nullable String fingerprint) {
    String body =
        writer.whole(fingerprint, answers, Answer.usage(answers, call.answersPerPrompt()));
    services.metrics().bytesOut(body.length());
    ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
  }

  @Override
  public void onFailed(ApiException failure) {
    ctx.fail(failure);
  }
}
