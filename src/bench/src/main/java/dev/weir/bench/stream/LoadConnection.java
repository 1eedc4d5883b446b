package dev.weir.bench.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One client of a gateway. Belongs to the thread of its {@link LoadClients}; what is marked so, any
 * thread may ask.
 *
 * <pre>
 *   OPENING ── the server has answered ──▶ OPEN ── the stream has ended ──▶ ENDED
 *      └──── refused, broken off ────▶ FAILED ◀──┘
 * </pre>
 */
abstract class LoadConnection {
  enum State {
    OPENING,
    OPEN,
    ENDED,
    FAILED
  }

  private @Nullable SelectionKey key;
  private @Nullable ByteBuffer unwritten;
  private volatile State state = State.OPENING;
  private volatile String failure = "";

  /** It is connected: it may write. */
  abstract void onConnected();

  /** What has come, in order; all of it is taken. */
  abstract void onBytes(ByteBuffer bytes, int nowTicks);

  /** Any thread. */
  State state() {
    return state;
  }

  /** Any thread: why it is FAILED. */
  String failure() {
    return failure;
  }

  void to(State next) {
    state = next;
  }

  void fail(String why) {
    if (state != State.FAILED) {
      failure = why;
      state = State.FAILED;
    }
    close();
  }

  void attach(SelectionKey ownKey) {
    key = ownKey;
  }

  void write(byte[] bytes) {
    ByteBuffer before = unwritten;
    ByteBuffer all = ByteBuffer.allocate((before == null ? 0 : before.remaining()) + bytes.length);
    if (before != null) {
      all.put(before);
    }
    unwritten = all.put(bytes).flip();
    flush();
  }

  /** Writes what the socket takes now; the rest when it takes more. */
  void flush() {
    ByteBuffer rest = unwritten;
    SelectionKey own = key;
    if (rest == null || own == null || !own.isValid()) {
      return;
    }
    try {
      ((SocketChannel) own.channel()).write(rest);
      if (rest.hasRemaining()) {
        own.interestOpsOr(SelectionKey.OP_WRITE);
      } else {
        unwritten = null;
        own.interestOpsAnd(~SelectionKey.OP_WRITE);
      }
    } catch (IOException e) {
      fail("cannot write: " + e.getMessage());
    }
  }

  void close() {
    SelectionKey own = key;
    key = null;
    if (own != null) {
      own.cancel();
      try {
        own.channel().close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }
}
