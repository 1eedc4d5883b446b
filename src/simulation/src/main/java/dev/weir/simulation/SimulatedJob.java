package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import dev.weir.stream.Generator;
import java.util.List;

/**
 * One request in a generator: each token is a function of the request and of all tokens before it,
 * and an image is made as a whole again.
 */
final class SimulatedJob implements Generator.Job {
  private static final int STEP_MS = 30;

  final RequestPlan plan;
  private final SimulatedGenerator generator;
  private final SimulatedSlot slot;
  private final Cluster cluster;
  private final Generator.Sink sink;
  private int next;
  private long before;
  private boolean proceeds;
  private boolean cancelling;
  private boolean over;

  SimulatedJob(
      SimulatedGenerator generator, SimulatedSlot slot, RequestPlan plan, Generator.Sink sink) {
    this.generator = generator;
    this.slot = slot;
    this.cluster = generator.cluster;
    this.plan = plan;
    this.sink = sink;
  }

  void admitted() {
    if (!over) {
      sink.admitted();
    }
  }

  @Override
  public void proceed(List<Tokens> emitted, long nextIndex) {
    if (plan.kind == RequestPlan.Kind.THROWS_ONCE && plan.failures == 0) {
      throw generator.failure(slot, plan);
    }
    for (Tokens tokens : emitted) {
      for (int token : tokens.getIdsList()) {
        before = RequestPlan.after(before, token);
        next++;
      }
    }
    checkBeginning();
    proceeds = true;
    in(2);
  }

  /** What an attempt is told that it goes on behind is what readers had when it began. */
  private void checkBeginning() {
    ByteString attempt = slot.attempt();
    Integer taken = attempt == null ? null : plan.truth.begunAt(attempt);
    if (!plan.isImage() && !plan.lost && taken != null && taken != next) {
      throw new Violation(
          "%s goes on at %d of %s, and readers were at %d".formatted(slot, next, plan, taken));
    }
  }

  private void in(int ms) {
    generator.worker.in(ms, this::step);
  }

  private void step() {
    if (over || !proceeds) {
      return;
    }
    checkCancelled();
    if (cancelling) {
      end(FinishReason.FINISH_REASON_CANCELLED);
    } else if (fails()) {
      over = true;
      generator.left(this);
      sink.finished(
          Finished.newBuilder()
              .setReason(FinishReason.FINISH_REASON_ERROR)
              .setError(
                  Failure.newBuilder()
                      .setKind("internal")
                      .setCode("internal_error")
                      .setMessage(String.valueOf(generator.failure(slot, plan).getMessage())))
              .build());
    } else if (next >= plan.length) {
      end(FinishReason.FINISH_REASON_STOP);
    } else {
      make();
      in(1 + cluster.dice.below(STEP_MS));
    }
  }

  private boolean fails() {
    boolean due = next >= plan.failsAt;
    return switch (plan.kind) {
      case FAILS -> due;
      case FAILS_ONCE -> due && plan.failures == 0;
      case TEXT, IMAGE, INVALID, REFUSED, BREAKS, BREAKS_ONCE, THROWS_ONCE, OVERLOADED -> false;
    };
  }

  /** A worker that has heard of a cancellation makes nothing more. */
  private void checkCancelled() {
    Long heardMs = generator.worker.heardMs(plan);
    if (heardMs != null
        && !cancelling
        && generator.worker.awakeMs(heardMs) > SimulatedWorker.CANCEL_LIMIT_MS) {
      throw new Violation(slot + " goes on with " + plan + ", which it knows to be cancelled");
    }
  }

  private void make() {
    if (plan.isImage()) {
      if (cluster.dice.oneIn(3)) {
        cluster.count(Occurrence.PREVIEWS);
        sink.preview(Preview.newBuilder().setStep(next).build());
      }
      cluster.count(Occurrence.IMAGE_PARTS);
      String part = String.valueOf(plan.answer[next]);
      sink.image(
          ImagePart.newBuilder()
              .setFirstIndex(next++)
              .setData(ByteString.copyFromUtf8(part))
              .setLast(next == plan.length)
              .build());
      return;
    }
    int count = Math.min(plan.length - next, 1 + cluster.dice.below(3));
    Tokens.Builder tokens =
        Tokens.newBuilder().setFirstIndex(next).setBornMs(cluster.agenda.millis());
    for (int i = 0; i < count; i++) {
      int token = RequestPlan.token(plan.secret, before);
      before = RequestPlan.after(before, token);
      tokens.addIds(token);
    }
    next += count;
    cluster.count(Occurrence.TOKENS, count);
    sink.tokens(tokens.setPromptTokens(RequestPlan.PROMPT_TOKENS).build());
  }

  private void end(FinishReason reason) {
    over = true;
    generator.left(this);
    sink.finished(
        Finished.newBuilder()
            .setReason(reason)
            .setUsage(Usage.newBuilder().setPromptTokens(RequestPlan.PROMPT_TOKENS))
            .build());
  }

  @Override
  public void cancel() {
    cancelling = true;
    if (!proceeds) {
      generator.worker.in(
          1,
          () -> {
            if (!over) {
              end(FinishReason.FINISH_REASON_CANCELLED);
            }
          });
    }
  }

  @Override
  public void abandon() {
    over = true;
    generator.left(this);
  }
}
