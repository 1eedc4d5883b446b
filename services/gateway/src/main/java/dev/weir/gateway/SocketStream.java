package dev.weir.gateway;

import dev.weir.proto.v1.Chunk;
import dev.weir.proto.v1.FinishReason;
import dev.weir.stream.Cursor;
import dev.weir.stream.StreamChunk;
import dev.weir.stream.StreamReader;
import dev.weir.stream.StreamReader.Start;
import dev.weir.stream.StreamReader.StreamFailure;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;

/**
 * One stream on a socket. Each {@code tokens} message takes one of its credit; without credit, or
 * while the socket takes nothing, its {@link ChunkFlow} holds what fits and reads the rest again
 * later.
 */
final class SocketStream implements ChunkFlow.Handler {
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
    return !session.isFull() && (credit > 0 || !chunk.chunk().hasTokens());
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
      case FINISHED -> {
        session.remove(this);
        if (body.getFinished().getReason() == FinishReason.FINISH_REASON_ERROR) {
          ApiException failure = ApiException.of(body.getFinished().getError());
          session.send(SocketMessages.error(null, id, failure));
        }
        session.send(SocketMessages.finished(id, body.getFinished()));
      }
      // Pictures have no messages in this version of the socket's protocol.
      case QUEUED, PREVIEW, IMAGE, BODY_NOT_SET -> {}
    }
  }

  @Override
  public void onFailed(StreamFailure failure) {
    session.remove(this);
    session.send(SocketMessages.error(null, id, ApiException.of(id, failure)));
  }
}
