package dev.weir.bench.fault;

import dev.weir.client.Answer;
import dev.weir.client.AnswerEvent;
import dev.weir.client.AnswerException;
import dev.weir.client.WeirClient;
import dev.weir.stream.Cursor;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The Java library, straight from Kafka. */
final class ClientDevice implements Device {
  private final WeirClient client;

  ClientDevice(WeirClient client) {
    this.client = client;
  }

  @Override
  public String name() {
    return "client";
  }

  @Override
  public void read(
      String requestId,
      @Nullable Cursor after,
      int gateway,
      StreamCheck check,
      Connection connection)
      throws IOException {
    try (Answer answer =
        after == null ? client.follow(requestId) : client.resume(requestId, after)) {
      connection.onCut(answer::close);
      for (AnswerEvent event : answer) {
        take(event, check);
      }
    } catch (AnswerException e) {
      if (e.code().equals("not_found") || e.code().equals("cursor_gone")) {
        throw new Gone(e.code() + ": " + e.getMessage());
      }
      throw new IOException(e.code() + ": " + e.getMessage(), e);
    }
  }

  private static void take(AnswerEvent event, StreamCheck check) {
    switch (event) {
      case AnswerEvent.Began began -> check.onStarted(began.started().getWorker());
      case AnswerEvent.Text text ->
          check.onTokens(
              text.cursor(),
              text.tokens().getFirstIndex(),
              text.tokens().getIdsList(),
              text.text());
      case AnswerEvent.End end ->
          check.onFinished(
              end.finished()
                  .getReason()
                  .name()
                  .replace("FINISH_REASON_", "")
                  .toLowerCase(Locale.ROOT),
              end.finished().getTotal(),
              end.finished().getText());
      case AnswerEvent.Glimpse _, AnswerEvent.Image _ -> {}
    }
  }
}
