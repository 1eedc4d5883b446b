package dev.weir.e2e.page;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One stream as the log keeps it: every frame that counts, in order, to be followed from any place
 * at any time. Owned by the event loop.
 */
final class TestingStream {
  /** What hears of a new frame. */
  interface Follower {
    void onRecord();
  }

  private final Vertx vertx;
  private final String id;
  private final JsonObject request;
  private final List<JsonObject> records = new ArrayList<>();
  private final Set<Follower> followers = new LinkedHashSet<>();
  private final List<String> tokens;
  private final long bornMs = System.currentTimeMillis();
  private final Answer answer;
  private int said; // tokens or pictures
  private int drawn; // frames of pictures
  private boolean ended;
  private boolean released;

  TestingStream(Vertx vertx, String id, JsonObject request, Answer answer) {
    this.vertx = vertx;
    this.id = id;
    this.request = request;
    this.answer = answer;
    this.tokens =
        switch (answer) {
          case Answer.Says says -> says.tokens();
          case Answer.Fails fails -> fails.tokens();
          case Answer.Draws _, Answer.Refuses _, Answer.Vanishes _ -> List.of();
        };
    append(
        frame("started")
            .put("model", request.getString("model"))
            .put("worker", "testing-1")
            .put("attempt", "5f0c"));
    next();
  }

  String id() {
    return id;
  }

  String from() {
    return "0-0";
  }

  List<JsonObject> records() {
    return records;
  }

  void follow(Follower follower) {
    followers.add(follower);
  }

  void unfollow(Follower follower) {
    followers.remove(follower);
  }

  /** Goes on behind a hold. */
  void release() {
    if (!released && isHeld()) {
      released = true;
      next();
    }
    released = true;
  }

  void cancel() {
    if (!ended) {
      finish("cancelled");
    }
  }

  private boolean isHeld() {
    return !released
        && switch (answer) {
          case Answer.Says says -> says.holdAt() == said;
          case Answer.Draws draws -> draws.holdAt() == drawn;
          case Answer.Fails _, Answer.Refuses _, Answer.Vanishes _ -> false;
        };
  }

  private void next() {
    if (ended || isHeld()) {
      return;
    }
    if (answer instanceof Answer.Draws draws) {
      drawNext(draws);
      return;
    }
    if (said == tokens.size()) {
      finish(answer instanceof Answer.Says says ? says.reason() : "error");
      return;
    }
    long everyMs = answer instanceof Answer.Says says ? says.everyMs() : 1;
    vertx.setTimer(
        Math.max(1, everyMs),
        _ -> {
          if (!ended) {
            say(tokens.get(said));
            next();
          }
        });
  }

  private void drawNext(Answer.Draws draws) {
    if (drawn == draws.frames().size()) {
      finish("stop");
      return;
    }
    vertx.setTimer(
        draws.everyMs(),
        _ -> {
          if (!ended) {
            draw(draws.frames().get(drawn++));
            next();
          }
        });
  }

  private void draw(JsonObject picture) {
    JsonObject frame = frame(picture.getString("type"));
    if (picture.getString("type").equals("image")) {
      said++;
      frame.put("cursor", "0-" + records.size());
    }
    append(frame.mergeIn(picture));
  }

  private void say(String token) {
    JsonObject frame =
        frame("tokens")
            .put("cursor", "0-" + records.size())
            .put("first_index", said)
            .put("ids", JsonArray.of(said))
            .put("text", token)
            .put("born_ms", System.currentTimeMillis());
    if (said == 0) {
      frame.put("prompt_tokens", 7).put("cached_tokens", 0);
    }
    if (request.getBoolean("logprobs", false)) {
      frame.put("logprobs", JsonArray.of(logprob(token)));
    }
    said++;
    append(frame);
  }

  /** Likely or not by its place; the same at every reading. */
  private JsonObject logprob(String token) {
    double probability = List.of(0.99, 0.72, 0.5, 0.31, 0.08).get(said % 5);
    JsonArray top =
        JsonArray.of(
            one(token, probability),
            one(" other", (1 - probability) / 2),
            one(" third", (1 - probability) / 4));
    return one(token, probability).put("top_logprobs", top);
  }

  private static JsonObject one(String token, double probability) {
    return new JsonObject().put("token", token).put("logprob", Math.log(probability));
  }

  private void finish(String reason) {
    ended = true;
    JsonObject finished =
        frame("finished")
            .put("reason", reason)
            .put("total", said)
            .put(
                "usage",
                new JsonObject()
                    .put("prompt_tokens", 7)
                    .put("completion_tokens", said)
                    .put("cached_tokens", 0))
            .put(
                "timings",
                new JsonObject()
                    .put("queued_ms", 3)
                    .put("prefill_ms", 41)
                    .put("decode_ms", System.currentTimeMillis() - bornMs));
    finished.put("stop", "").put("text", "");
    if (answer instanceof Answer.Draws draws && !draws.warnings().isEmpty()) {
      finished.put("warnings", draws.warnings());
    }
    if (answer instanceof Answer.Fails(_, JsonObject error)) {
      append(frame("error").mergeIn(error));
    }
    append(finished);
  }

  private JsonObject frame(String type) {
    return new JsonObject().put("type", type).put("id", id);
  }

  private void append(JsonObject frame) {
    records.add(frame);
    List.copyOf(followers).forEach(Follower::onRecord);
  }
}
