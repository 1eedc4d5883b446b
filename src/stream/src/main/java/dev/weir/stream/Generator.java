package dev.weir.stream;

import dev.weir.proto.InvalidRequestException;
import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import java.util.List;

/** What a worker does with a request: the seam between the intake and an engine. */
public interface Generator {
  /**
   * Checks a request and begins to compute its prompt, at once or when there is room; nothing may
   * be emitted before {@link Job#proceed}. When it has room, {@link Sink#admitted} is called, from
   * within this method if that is at once: only then the attempt's first record is written, and
   * until then the request may be left to another worker.
   *
   * @throws InvalidRequestException if the request is wrong: it finishes with that error
   * @throws OverloadedException if it cannot be taken now: it is released for another delivery
   */
  Job begin(GenerationRequest request, RequestHeaders headers, Sink sink);

  /** A request under way. All methods return at once; called by the intake's thread of its slot. */
  interface Job {
    /**
     * Lets the output begin behind the records that earlier attempts emitted (those that count, in
     * order).
     *
     * @param nextIndex index of the first token or picture that is not there yet
     */
    void proceed(List<Tokens> emitted, long nextIndex);

    /**
     * Ends the output with {@code cancelled} (or {@code deadline}): the sink gets its {@code
     * finished}.
     */
    void cancel();

    /** Drops it: the attempt was displaced; nothing is emitted any more. */
    void abandon();
  }

  /** Takes what the job makes. Called by any one thread; never blocks. */
  interface Sink {
    /** The request runs now; called once. */
    void admitted();

    void tokens(Tokens tokens);

    void preview(Preview preview);

    void image(ImagePart part);

    /** The last call. */
    void finished(Finished finished);
  }
}
