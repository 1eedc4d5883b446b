package dev.weir.gateway;

import dev.weir.proto.v1.Chunk;
import dev.weir.stream.Cursor;
import dev.weir.stream.RequestPublisher.Published;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The streams of one call's requests, read side by side. Belongs to one event loop. */
final class Generation {
  /** Takes what the requests give. */
  interface Listener {
    /** A chunk of the request at that place. */
    void onChunk(int index, Chunk chunk);

    /** A stream cannot be read to its end. */
    void onFailed(ApiException failure);

    default void onBatchEnd() {}
  }

  private final Publishing publishing;
  private final Admission.Ticket ticket;
  private final List<Published> published;
  private final List<ChunkFlow> flows = new ArrayList<>();
  private final boolean[] finished;

  Generation(
      Context context,
      StreamReader reader,
      FlowWindow window,
      Publishing publishing,
      Admission.Ticket ticket,
      List<Published> published,
      Listener listener) {
    this.publishing = publishing;
    this.ticket = ticket;
    this.published = published;
    this.finished = new boolean[published.size()];
    for (int i = 0; i < published.size(); i++) {
      Published one = published.get(i);
      flows.add(
          new ChunkFlow(
              context,
              reader,
              one.requestId(),
              new Start.From(one.from()),
              window,
              new OneAnswer(i, listener)));
    }
  }

  void open() {
    flows.forEach(ChunkFlow::open);
  }

  /** Of its only stream: behind what was delivered last; null if there are several, or none was. */
  @Nullable Cursor cursor() {
    return flows.size() == 1 ? flows.getFirst().cursor() : null;
  }

  /** Of its first stream. */
  String requestId() {
    return published.getFirst().requestId();
  }

  void pause() {
    flows.forEach(ChunkFlow::pause);
  }

  void resume() {
    flows.forEach(ChunkFlow::resume);
  }

  /** Leaves the streams; what runs, runs on. */
  void leave() {
    flows.forEach(ChunkFlow::close);
    ticket.leave();
  }

  /**
   * Leaves the streams and ends what still runs.
   *
   * @return how many were cancelled
   */
  int cancel(String reason) {
    leave();
    int count = 0;
    for (int i = 0; i < finished.length; i++) {
      if (!finished[i]) {
        publishing.cancel(published.get(i), reason);
        count++;
      }
    }
    return count;
  }

  private final class OneAnswer implements ChunkFlow.Handler {
    private final int index;
    private final Listener listener;

    OneAnswer(int index, Listener listener) {
      this.index = index;
      this.listener = listener;
    }

    @Override
    public void onChunk(StreamChunk chunk) {
      if (chunk.chunk().hasFinished()) {
        finished[index] = true;
        ticket.leaveOne();
      }
      listener.onChunk(index, chunk.chunk());
    }

    @Override
    public void onFailed(StreamFailure failure) {
      listener.onFailed(ApiException.of(published.get(index).requestId(), failure));
    }

    @Override
    public void onBatchEnd() {
      listener.onBatchEnd();
    }
  }
}
