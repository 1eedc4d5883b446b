package dev.weir.simulation;

import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import dev.weir.stream.Generator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Generators that do not go on as the log says. */
final class GeneratorMutants {
  private GeneratorMutants() {}

  /** One more token is made behind an end that lay in the log. */
  static Seams noStop() {
    return new WorldMutant(world ->
        WorldMutant.generating(
            world,
            (request, headers, sink) -> {
              OneMore one = new OneMore(sink);
              return new Job(world.generator().begin(request, headers, one)) {
                @Override
                public void proceed(List<Tokens> emitted, long nextIndex) {
                  emitted.forEach(tokens -> one.found += tokens.getIdsCount());
                  super.proceed(emitted, nextIndex);
                }
              };
            }));
  }

  /** An image of which a part was made before, anywhere, ends at once. */
  static Seams imageNotMadeAgain() {
    Set<String> begun = new HashSet<>();
    return new WorldMutant(world ->
        WorldMutant.generating(
            world,
            (request, headers, sink) -> {
              Noting noting = new Noting(sink, begun, request.getId());
              return new Job(world.generator().begin(request, headers, noting)) {
                @Override
                public void proceed(List<Tokens> emitted, long nextIndex) {
                  if (begun.contains(request.getId())) {
                    super.abandon();
                    noting.finished(
                        Finished.newBuilder().setReason(FinishReason.FINISH_REASON_STOP).build());
                  } else {
                    super.proceed(emitted, nextIndex);
                  }
                }
              };
            }));
  }

  private static class Job implements Generator.Job {
    private final Generator.Job job;

    Job(Generator.Job job) {
      this.job = job;
    }

    @Override
    public void proceed(List<Tokens> emitted, long nextIndex) {
      job.proceed(emitted, nextIndex);
    }

    @Override
    public void cancel() {
      job.cancel();
    }

    @Override
    public void abandon() {
      job.abandon();
    }
  }

  private static class Sink implements Generator.Sink {
    private final Generator.Sink sink;

    Sink(Generator.Sink sink) {
      this.sink = sink;
    }

    @Override
    public void admitted() {
      sink.admitted();
    }

    @Override
    public void tokens(Tokens tokens) {
      sink.tokens(tokens);
    }

    @Override
    public void preview(Preview preview) {
      sink.preview(preview);
    }

    @Override
    public void image(ImagePart part) {
      sink.image(part);
    }

    @Override
    public void finished(Finished finished) {
      sink.finished(finished);
    }
  }

  private static final class OneMore extends Sink {
    private int found;

    OneMore(Generator.Sink sink) {
      super(sink);
    }

    @Override
    public void tokens(Tokens tokens) {
      found = 0;
      super.tokens(tokens);
    }

    @Override
    public void finished(Finished finished) {
      if (found > 0 && finished.getReason() == FinishReason.FINISH_REASON_STOP) {
        super.tokens(Tokens.newBuilder().setFirstIndex(found).addIds(1).build());
      }
      super.finished(finished);
    }
  }

  /** Notes which images were begun. */
  private static final class Noting extends Sink {
    private final Set<String> begun;
    private final String id;

    Noting(Generator.Sink sink, Set<String> begun, String id) {
      super(sink);
      this.begun = begun;
      this.id = id;
    }

    @Override
    public void image(ImagePart part) {
      begun.add(id);
      super.image(part);
    }
  }
}
