package dev.weir.gateway;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.proto.v1.ImagePart;
import dev.weir.stream.Cursor;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;

/**
 * One stream on a socket. Each {@code tokens} message takes one of its credit, each {@code image}
 * one for every 16 KiB that it has begun; without credit, or while the socket takes nothing, its
 * {@link ChunkFlow} holds what fits and reads the rest again later. A {@code preview} takes none,
 * and is passed over where there is none.
 */
final class SocketStream implements ChunkFlow.Handler {
  /** Bytes of a picture that one credit is for; a message with tokens has fewer. */
  static final int BYTES_OF_CREDIT = 16 * 1024;

  private final SocketSession session;
  private final String id;
  private final Admission.Ticket ticket;
  private final boolean cancelOnClose;
  private final ChunkFlow flow;
  private long credit;

  /**
   * @param cancelOnClose submitted here and not detached
   */
  SocketStream(
      SocketSession session,
      Context context,
      StreamReader reader,
      FlowWindow window,
      String id,
      Start start,
      long credit,
      Admission.Ticket ticket,
      boolean cancelOnClose) {
    this.session = session;
    this.id = id;
    this.ticket = ticket;
    this.cancelOnClose = cancelOnClose;
    this.credit = credit;
    this.flow = new ChunkFlow(context, reader, id, start, window, this);
  }

  String id() {
    return id;
  }

  boolean cancelOnClose() {
    return cancelOnClose;
  }

  void open() {
    flow.open();
  }

  /** Behind which it can be read on; null before its first tokens. */
  @Nullable Cursor cursor() {
    return flow.cursor();
  }

  void addCredit(long count) {
    credit = Math.min(SocketCommand.MOST_CREDIT, credit + count);
    flow.resume();
  }

  void resume() {
    flow.resume();
  }

  void close() {
    flow.close();
    ticket.leave();
  }

  @Override
  public boolean accepts(StreamChunk chunk) {
    boolean takesCredit = chunk.chunk().hasTokens() || chunk.chunk().hasImage();
    return !session.isFull() && (credit > 0 || !takesCredit);
  }

  @Override
  public void onChunk(StreamChunk chunk) {
    Chunk body = chunk.chunk();
    switch (body.getBodyCase()) {
      case STARTED ->
          session.send(
              SocketMessages.started(id, body.getAttempt().toByteArray(), body.getStarted()));
      case TOKENS -> {
        credit--;
        session.send(SocketMessages.tokens(id, chunk.cursor(), body.getTokens()));
      }
      case PREVIEW -> {
        if (credit > 0) {
          session.send(SocketMessages.preview(id, body.getPreview()));
        }
      }
      case IMAGE -> {
        ImagePart image = body.getImage();
        // May take more than there is: the next picture then waits for that too.
        credit -= Math.max(1, Math.ceilDiv(image.getData().size(), BYTES_OF_CREDIT));
        session.send(SocketMessages.image(id, chunk.cursor(), image));
      }
      case FINISHED -> {
        session.remove(this);
        if (body.getFinished().getReason() == FinishReason.FINISH_REASON_ERROR) {
          ApiException failure = ApiException.of(body.getFinished().getError());
          session.send(SocketMessages.error(null, id, failure));
        }
        session.send(SocketMessages.finished(id, body.getFinished()));
      }
      case QUEUED, BODY_NOT_SET -> {}
    }
  }

  @Override
  public void onFailed(StreamFailure failure) {
    session.remove(this);
    session.send(SocketMessages.error(null, id, ApiException.of(id, failure)));
  }
}
