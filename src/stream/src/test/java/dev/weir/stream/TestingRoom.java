package dev.weir.stream;

import dev.weir.proto.v1.Finished;
import dev.weir.proto.v1.GenerationRequest;
import dev.weir.proto.v1.ImagePart;
import dev.weir.proto.v1.Preview;
import dev.weir.proto.v1.Tokens;
import java.util.ArrayDeque;
import java.util.List;

/** A generator with room for some requests; the others wait in the order of their coming. */
final class TestingRoom implements Generator {
  private final Generator inner;
  private final ArrayDeque<Guest> queue = new ArrayDeque<>();
  private int free;

  TestingRoom(Generator inner, int room) {
    this.inner = inner;
    this.free = room;
  }

  @Override
  public Job begin(GenerationRequest request, RequestHeaders headers, Sink sink) {
    Guest guest = new Guest(sink);
    Job job = inner.begin(request, headers, guest);
    synchronized (this) {
      queue.add(guest);
    }
    fill();
    return new Job() {
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
        guest.leave();
      }
    };
  }

  private synchronized void fill() {
    while (free > 0 && !queue.isEmpty()) {
      free--;
      Guest guest = queue.remove();
      guest.inside = true;
      guest.sink.admitted();
    }
  }

  private final class Guest implements Sink {
    private final Sink sink;
    private boolean inside;

    Guest(Sink sink) {
      this.sink = sink;
    }

    void leave() {
      synchronized (TestingRoom.this) {
        queue.remove(this);
        free += inside ? 1 : 0;
        inside = false;
      }
      fill();
    }

    @Override
    public void admitted() {} // by the room, not by what is inside

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
      leave();
      sink.finished(finished);
    }
  }
}
