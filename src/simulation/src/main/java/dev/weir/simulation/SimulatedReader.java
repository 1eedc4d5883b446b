package dev.weir.simulation;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.Cursor;
import dev.weir.stream.LogReader;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamFollower;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import dev.weir.stream.StreamReader.StreamListener;
import org.jspecify.annotations.Nullable;

/**
 * One who reads a stream and keeps what was shown: from the beginning or later, and behind its
 * cursor when its gateway has died.
 */
final class SimulatedReader implements StreamListener {
  private static final int SILENCE_LIMIT_MS = 10_000;

  private final Cluster cluster;
  private final RequestPlan plan;
  private final int number;
  private SimulatedGateway gateway;
  private int gateways;
  private int reading;
  private int shown;
  private @Nullable Cursor cursor;
  private boolean ended;
  private boolean heard;

  /** Nothing came from where the publisher said that it begins. */
  private boolean silent;

  SimulatedReader(Cluster cluster, RequestPlan plan, int number) {
    this.cluster = cluster;
    this.plan = plan;
    this.number = number;
    this.gateway = new SimulatedGateway(this, cluster, ++gateways);
  }

  /** Begins to read after a while. */
  void come(int ms) {
    gateway.in(ms, this::follow);
  }

  void gatewayDied() {
    cluster.note(() -> "the gateway of " + this + " dies");
    reading++;
    gateway = new SimulatedGateway(this, cluster, ++gateways);
    gateway.in(cluster.dice.delay(300, 2_000), this::follow);
  }

  private void follow() {
    if (ended || plan.endLost) {
      return;
    }
    Cursor at = cursor;
    Start start;
    if (at != null) {
      cluster.count(Occurrence.RESUMED);
      start = new Start.After(at);
    } else if (plan.queuedAt >= 0 && cluster.dice.oneIn(2) && !silent) {
      start = new Start.From(new Cursor(plan.partition, plan.queuedAt));
    } else {
      cluster.count(Occurrence.REPLAYED);
      start = new Start.Beginning();
    }
    cluster.note(() -> this + " reads " + start);
    int mine = ++reading;
    heard = false;
    gateway.in(SILENCE_LIMIT_MS, () -> leaveSilence(mine));
    LogReader log = cluster.log.reader(gateway);
    var unused =
        log.read(
            plan.id,
            StreamFollower.place(plan.id, start),
            cluster.seams.follower(
                StreamFollower.unmeasured(plan.id, start, new Current(mine)), start));
  }

  /** As clients do: where brokers have lost the beginning, nothing may come ever. */
  private void leaveSilence(int mine) {
    if (mine == reading && plan.lost && !heard && !ended) {
      cluster.count(Occurrence.LOSSES_REPORTED);
      silent = true;
      again();
    }
  }

  /** Hears a reading as long as it is the last one. */
  private final class Current implements StreamListener {
    private final int mine;

    Current(int mine) {
      this.mine = mine;
    }

    @Override
    public void onChunk(StreamChunk chunk) {
      if (mine == reading) {
        SimulatedReader.this.onChunk(chunk);
      }
    }

    @Override
    public void onFailed(StreamFailure failure) {
      if (mine == reading) {
        SimulatedReader.this.onFailed(failure);
      }
    }
  }

  @Override
  public void onChunk(StreamChunk shownNow) {
    heard = true;
    Chunk chunk = shownNow.chunk();
    Cursor at = shownNow.cursor();
    cluster.note(() -> this + " is shown " + at + " " + Words.of(chunk));
    if (ended) {
      throw new Violation(this + " is shown something behind the end");
    }
    boolean kept = at.offset() < cluster.log.end(at.partition());
    if (!plan.lost && !(kept && cluster.log.at(at.partition(), at.offset()).counts)) {
      throw new Violation(this + " is shown " + at + ", which does not count");
    }
    switch (chunk.getBodyCase()) {
      case TOKENS -> {
        if (isNext(chunk.getTokens().getFirstIndex())) {
          for (int token : chunk.getTokens().getIdsList()) {
            Truth.check(plan, shown++, token);
          }
          cursor = at;
        }
      }
      case IMAGE -> {
        if (isNext(chunk.getImage().getFirstIndex())) {
          Truth.check(plan, shown++, Integer.parseInt(chunk.getImage().getData().toStringUtf8()));
          cursor = at;
        }
      }
      case FINISHED -> {
        if (isNext(chunk.getFinished().getTotal())) {
          ended = true;
        }
      }
      case STARTED, PREVIEW, QUEUED, BODY_NOT_SET -> {}
    }
  }

  /** A jump shows a reader that records were lost; nothing else may make one. */
  private boolean isNext(long index) {
    if (index == shown) {
      return true;
    }
    if (!plan.lost) {
      throw new Violation("%s is at %d and is shown %d".formatted(this, shown, index));
    }
    cluster.count(Occurrence.LOSSES_REPORTED);
    again();
    return false;
  }

  @Override
  public void onFailed(StreamFailure failure) {
    cluster.note(() -> this + " cannot read on: " + failure.message());
    switch (failure.code()) {
      case "not_found" -> {
        reading++;
        gateway.in(100 + cluster.dice.below(200), this::follow);
      }
      case "cursor_gone" -> {
        if (!plan.lost) {
          throw new Violation(this + " has lost its place: " + failure.message());
        }
        cluster.count(Occurrence.LOSSES_REPORTED);
        again();
      }
      default -> throw new Violation(this + " cannot read: " + failure);
    }
  }

  /** Its reader is told, and asks for the whole stream anew. */
  private void again() {
    cursor = null;
    shown = 0;
    reading++;
    gateway.in(50 + cluster.dice.below(100), this::follow);
  }

  /** Whether it has got all that there is to get. */
  boolean isDone() {
    return ended || isExcused();
  }

  /** Nobody ends what brokers have lost the end of, or dropped before anybody heard of it. */
  private boolean isExcused() {
    return plan.endLost || plan.isUnheardOf() || (plan.lost && plan.dropped);
  }

  void checkEnd() {
    if (ended && !plan.lost && shown != plan.truth.taken()) {
      throw new Violation(
          "%s has %d of %d tokens at the end".formatted(this, shown, plan.truth.taken()));
    }
  }

  @Override
  public String toString() {
    return "reader " + number + " of " + plan.id;
  }
}
