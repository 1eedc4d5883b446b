package dev.weir.simulation;

import com.google.protobuf.ByteString;
import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.Started;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the records of one request mean, by the text of the protocol and written apart from the code
 * that it holds to account: which of them count, and whether those that count are right.
 */
final class Truth {
  private final RequestPlan plan;
  private final Map<ByteString, Integer> begunAt = new HashMap<>();
  private @Nullable ByteString attempt;
  private @Nullable Finished end;
  private int taken;
  private int attempts;

  /** Since the last token. */
  private int silentAttempts;

  Truth(RequestPlan plan) {
    this.plan = plan;
  }

  /** Takes the next record of the log; true if it counts. */
  boolean take(Chunk chunk, long nowMs) {
    if (end != null) {
      return false;
    }
    if (chunk.hasStarted()) {
      return started(chunk);
    }
    if (attempt == null || !attempt.equals(chunk.getAttempt())) {
      return false;
    }
    if (chunk.hasTokens() && chunk.getTokens().getFirstIndex() == taken) {
      for (int token : chunk.getTokens().getIdsList()) {
        tokenAt(taken++, token);
      }
      return true;
    }
    if (chunk.hasImage() && chunk.getImage().getFirstIndex() == taken) {
      tokenAt(taken++, (int) part(chunk));
      return true;
    }
    if (chunk.hasFinished() && chunk.getFinished().getTotal() == taken) {
      end = chunk.getFinished();
      checkEnd(end, nowMs);
      return true;
    }
    return chunk.hasPreview();
  }

  private boolean started(Chunk chunk) {
    Started started = chunk.getStarted();
    attempt = chunk.getAttempt();
    begunAt.putIfAbsent(attempt, taken);
    attempts++;
    silentAttempts++;
    if (started.getFrom().getPartition() != plan.partition) {
      throw new Violation(plan.id + " is written to another partition");
    }
    return true;
  }

  private static long part(Chunk chunk) {
    return Long.parseLong(chunk.getImage().getData().toStringUtf8());
  }

  private void tokenAt(int index, int token) {
    silentAttempts = 0;
    check(plan, index, token);
  }

  /** Whether a token that readers see is the one that belongs there. */
  static void check(RequestPlan plan, int index, int token) {
    if (index >= plan.length) {
      throw new Violation(plan.id + " has a token behind its end, at " + index);
    }
    if (token != plan.answer[index]) {
      throw new Violation("token %d of %s was made behind other tokens".formatted(index, plan.id));
    }
  }

  private void checkEnd(Finished finished, long nowMs) {
    boolean fits =
        switch (finished.getReason()) {
          case FINISH_REASON_STOP -> taken == plan.length;
          case FINISH_REASON_CANCELLED -> plan.cancelled;
          case FINISH_REASON_DEADLINE -> nowMs >= plan.deadlineMs && plan.mayBeLate();
          case FINISH_REASON_ERROR -> mayFail(finished.getError());
          case FINISH_REASON_LENGTH, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    if (!fits) {
      throw new Violation(
          "%s ends at %d by %s %s, for which there is no reason"
              .formatted(plan, taken, finished.getReason(), finished.getError().getMessage()));
    }
    if (finished.getUsage().getCompletionTokens() != taken) {
      throw new Violation(plan.id + " does not tell how much of it was used");
    }
  }

  private boolean mayFail(Failure error) {
    return switch (error.getCode()) {
      case "attempts_exhausted" ->
          attempts > RequestPlan.MAX_ATTEMPTS
              || (plan.failures > 0 && silentAttempts >= RequestPlan.MAX_FAILING_ATTEMPTS);
      case "worker_closed" -> plan.lastDeliveryClosed;
      case "simulated" -> plan.isInvalid();
      default -> false;
    };
  }

  /** How many tokens there were when an attempt began; null if its `started` is not in the log. */
  @Nullable Integer begunAt(ByteString id) {
    return begunAt.get(id);
  }

  /** Whether what an attempt writes counts. */
  boolean isCurrent(@Nullable ByteString id) {
    return end == null && attempt != null && attempt.equals(id);
  }

  /** Whether an attempt was displaced by another one before the end. */
  boolean isOpen() {
    return attempt != null && end == null;
  }

  /** Nobody ever began with it. */
  boolean isUntouched() {
    return begunAt.isEmpty();
  }

  int taken() {
    return taken;
  }

  @Nullable Finished end() {
    return end;
  }

  /** Nothing lies in the log. */
  void forget() {
    begunAt.clear();
    attempt = null;
    end = null;
    taken = 0;
    attempts = 0;
    silentAttempts = 0;
  }
}
