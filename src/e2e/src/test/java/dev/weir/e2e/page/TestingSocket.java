package dev.weir.e2e.page;

import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of the scripted gateway: the protocol of {@code /v1/ws}. Owned by the event loop.
 */
final class TestingSocket {
  private static final int CREDIT = 256;
  private static final Set<String> OF_CREDIT = Set.of("tokens", "image");

  private final TestingGateway gateway;
  private final ServerWebSocket socket;
  private final Map<String, Following> followings = new HashMap<>();

  TestingSocket(TestingGateway gateway, ServerWebSocket socket) {
    this.gateway = gateway;
    this.socket = socket;
    socket.textMessageHandler(text -> onFrame(new JsonObject(text)));
    socket.closeHandler(_ -> followings.values().forEach(Following::end));
  }

  void close() {
    var _ = socket.close();
  }

  private void onFrame(JsonObject frame) {
    String id = frame.getString("id", "");
    Following following = followings.get(id);
    switch (frame.getString("type")) {
      case "submit" -> onSubmit(frame);
      case "follow" -> onFollow(id, frame);
      case "unfollow" -> {
        if (following == null) {
          send(error(id, "not_followed", 404, "This socket does not follow that stream."));
        } else {
          end(id);
        }
      }
      case "cancel" -> onCancel(id);
      case "credit" -> {
        if (following == null) {
          send(error(id, "not_followed", 404, "This socket does not follow that stream."));
        } else {
          following.grant(frame.getInteger("n"));
        }
      }
      case "ping" -> send(new JsonObject().put("type", "pong"));
      default -> throw new IllegalStateException("not a frame of the protocol: " + frame);
    }
  }

  private void onSubmit(JsonObject frame) {
    JsonObject request = frame.getJsonObject("request");
    String ref = frame.getString("ref");
    switch (gateway.answer(request)) {
      case Answer.Refuses(JsonObject error) ->
          send(error.copy().put("type", "error").put("ref", ref));
      case Answer.Vanishes _ -> close();
      case Answer answer -> {
        TestingStream stream = gateway.open(request, answer);
        send(
            new JsonObject()
                .put("type", "accepted")
                .put("ref", ref)
                .put("id", stream.id())
                .put("from", stream.from()));
        follow(stream.id(), stream, 0);
      }
    }
  }

  private void onFollow(String id, JsonObject frame) {
    TestingStream stream = gateway.stream(id);
    String after = frame.getString("after");
    if (stream == null) {
      send(error(id, "request_not_found", 404, "There is no stream of request '" + id + "'."));
    } else if (followings.containsKey(id)) {
      send(error(id, "already_followed", 409, "This socket follows the stream already."));
    } else if (after == null) {
      follow(id, stream, 0);
    } else if (gateway.hasForgotten(after)) {
      send(error(id, "cursor_gone", 410, "The record at " + after + " is no longer kept."));
    } else {
      follow(id, stream, Integer.parseInt(after.substring(after.indexOf('-') + 1)) + 1);
    }
  }

  private void onCancel(String id) {
    TestingStream stream = gateway.stream(id);
    if (stream != null) {
      send(new JsonObject().put("type", "cancelled").put("id", id));
      stream.cancel();
    }
  }

  private static JsonObject error(String id, String code, int status, String message) {
    return new JsonObject()
        .put("type", "error")
        .put("id", id)
        .put("code", code)
        .put("status", status)
        .put("message", message);
  }

  private void follow(String id, TestingStream stream, int next) {
    Following following = new Following(stream, next);
    followings.put(id, following);
    stream.follow(following);
    following.onRecord();
  }

  private void end(String id) {
    @Nullable Following following = followings.remove(id);
    if (following != null) {
      following.end();
    }
  }

  private void send(JsonObject frame) {
    if (!socket.isClosed()) {
      var _ = socket.writeTextMessage(frame.encode());
    }
  }

  /** A stream that this socket follows, as far as its credit goes. */
  private final class Following implements TestingStream.Follower {
    private final TestingStream stream;
    private int next;
    private int credit = CREDIT;

    Following(TestingStream stream, int next) {
      this.stream = stream;
      this.next = next;
    }

    @Override
    public void onRecord() {
      while (credit > 0 && next < stream.records().size()) {
        JsonObject record = stream.records().get(next++);
        if (OF_CREDIT.contains(record.getString("type"))) {
          credit--;
        }
        if (record.getString("type").equals("finished")) {
          TestingSocket.this.end(record.getString("id"));
        }
        if (!gateway.loses(record)) {
          send(record);
        }
      }
    }

    void grant(int frames) {
      credit += frames;
      onRecord();
    }

    void end() {
      stream.unfollow(this);
    }
  }
}
