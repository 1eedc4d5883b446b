package dev.weir.imageworker;

import dev.weir.image.draw.Drawing;
import dev.weir.image.draw.Drawn;
import dev.weir.image.draw.PictureListener;
import dev.weir.proto.v1.Failure;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Timings;
import dev.weir.proto.v1.Tokens;
import dev.weir.proto.v1.Usage;
import dev.weir.proto.v1.Warning;
import dev.weir.stream.Generator;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for pictures under way. Its pictures may be drawn at the same time and end in any
 * order; they are handed over in theirs, by the finisher's thread.
 */
final class ImageJob {
  /** Stands for a picture that an earlier attempt has drawn. */
  private static final Drawn BEFORE = new Drawn.Picture(new byte[0], 0);

  private final Generator.Sink sink;
  private final PictureFinisher finisher;
  private final InstantSource clock;
  private final Wanted wanted;
  private final @Nullable Drawn[] ends;
  private int ended;
  private int handedOver; // to the finisher
  private int emitted; // by it
  private long steps;
  private boolean admitted;
  private boolean finished;
  private volatile boolean abandoned;
  private volatile long admittedMs;
  private volatile long firstMs;
  private @Nullable IOException flaw;

  /**
   * What was asked for.
   *
   * @param createdMs when, milliseconds since 1970 (UTC)
   */
  record Wanted(String id, int pictures, int scale, long createdMs, List<Warning> warnings) {}

  ImageJob(Generator.Sink sink, PictureFinisher finisher, InstantSource clock, Wanted wanted) {
    this.sink = sink;
    this.finisher = finisher;
    this.clock = clock;
    this.wanted = wanted;
    this.ends = new Drawn[wanted.pictures()];
  }

  /** The side of the intake. */
  Generator.Job of(List<Drawing> drawings) {
    return new Generator.Job() {
      @Override
      public void proceed(List<Tokens> tokens, long nextIndex) {
        int drawn = (int) Math.min(nextIndex, drawings.size());
        drawings.subList(0, drawn).forEach(Drawing::abandon);
        goOnBehind(drawn);
        drawings.subList(drawn, drawings.size()).forEach(Drawing::proceed);
      }

      @Override
      public void cancel() {
        drawings.forEach(Drawing::cancel);
      }

      @Override
      public void abandon() {
        abandoned = true;
        drawings.forEach(Drawing::abandon);
      }
    };
  }

  /** Hears of one of the pictures. */
  PictureListener picture(int index) {
    return new PictureListener() {
      @Override
      public void onAdmitted() {
        admit();
      }

      @Override
      public void onPreview(int step, int total, int[] argb) {
        if (finisher.hasTime()) {
          finisher.then(() -> {
            if (!abandoned) {
              sink.preview(finisher.preview(index, step, total, argb));
            }
          });
        }
      }

      @Override
      public void onEnded(Drawn drawn) {
        end(index, drawn);
      }
    };
  }

  /** An earlier attempt has handed over so many. */
  private synchronized void goOnBehind(int drawn) {
    if (finished) {
      return;
    }
    for (int i = 0; i < drawn; i++) {
      ended += ends[i] == null ? 1 : 0;
      ends[i] = BEFORE;
    }
    emitted = drawn;
    handOver(BEFORE);
  }

  private synchronized void admit() {
    if (!admitted) {
      admitted = true;
      admittedMs = clock.millis();
      sink.admitted();
    }
  }

  private synchronized void end(int index, Drawn drawn) {
    ends[index] = drawn;
    ended++;
    handOver(drawn);
  }

  /** Hands over what is complete up to here, and the end behind the last one. */
  private void handOver(Drawn last) {
    while (handedOver < ends.length && ends[handedOver] instanceof Drawn.Picture picture) {
      int next = handedOver++;
      if (picture != BEFORE) {
        steps += picture.steps();
        finisher.then(() -> emit(next, picture));
      }
    }
    if (ended == ends.length && !finished) {
      finished = true;
      Drawn worst = handedOver == ends.length ? last : firstFault();
      finisher.then(() -> finish(worst));
    }
  }

  /** Why the first picture that is missing is. */
  private Drawn firstFault() {
    Drawn fault = ends[handedOver];
    return fault == null ? new Drawn.Cancelled() : fault;
  }

  private void emit(int index, Drawn.Picture picture) {
    if (abandoned || flaw != null) {
      return;
    }
    try {
      ImagePart part =
          finisher.part(
              wanted.id(), index, index == ends.length - 1, picture.places(), wanted.scale());
      firstMs = firstMs == 0 ? clock.millis() : firstMs;
      sink.image(part);
      emitted++;
    } catch (IOException e) {
      flaw = e;
    }
  }

  private void finish(Drawn end) {
    if (abandoned) {
      return;
    }
    Finished.Builder finish =
        Finished.newBuilder()
            .setTotal(emitted)
            .addAllWarnings(wanted.warnings())
            .setTimings(timings())
            .setUsage(Usage.newBuilder().setCompletionTokens((int) steps));
    if (flaw != null) {
      sink.finished(
          finish
              .setReason(FinishReason.FINISH_REASON_ERROR)
              .setError(failure("the picture cannot be kept: " + flaw.getMessage()))
              .build());
      return;
    }
    switch (end) {
      case Drawn.Picture _ -> finish.setReason(FinishReason.FINISH_REASON_STOP);
      case Drawn.Cancelled _ -> finish.setReason(FinishReason.FINISH_REASON_CANCELLED);
      case Drawn.Late _ -> finish.setReason(FinishReason.FINISH_REASON_DEADLINE);
      case Drawn.Failed(Throwable cause) ->
          finish
              .setReason(FinishReason.FINISH_REASON_ERROR)
              .setError(failure("the worker failed: " + cause));
    }
    sink.finished(finish.build());
  }

  private Timings timings() {
    if (firstMs == 0) {
      return Timings.getDefaultInstance();
    }
    return Timings.newBuilder()
        .setQueuedMs(Math.max(0, admittedMs - wanted.createdMs()))
        .setPrefillMs(Math.max(0, firstMs - admittedMs))
        .setDecodeMs(Math.max(0, clock.millis() - firstMs))
        .build();
  }

  private static Failure failure(String message) {
    return Failure.newBuilder()
        .setKind("internal")
        .setCode("internal_error")
        .setMessage(message)
        .setHttpStatus(500)
        .build();
  }
}
