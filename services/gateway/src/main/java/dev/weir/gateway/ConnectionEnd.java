package dev.weir.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * The end of a connection, seen and made below Vert.x: its own close is written behind what waits
 * to be written, so on the connection of a client that takes nothing it never comes.
 */
final class ConnectionEnd {
  private ConnectionEnd() {}

  /**
   * Calls on the connection's event loop, once it is closed. Vert.x's own handler of that is not
   * called when a connection ends just while it becomes a WebSocket.
   */
  static void onClosed(HttpConnection connection, Runnable closed) {
    if (connection instanceof ConnectionBase base) {
      base.channelHandlerContext().channel().closeFuture().addListener(done -> closed.run());
    } else {
      connection.closeHandler(done -> closed.run());
    }
  }

  /** On the connection's event loop; also after its upgrade to a WebSocket. */
  static void drop(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      // From the first handler, behind which nobody waits: the connection's own handler has left
      // the pipeline when it became a WebSocket, and its successor waits as Vert.x's close does.
      ChannelHandlerContext first =
          base.channelHandlerContext().channel().pipeline().firstContext();
      if (first != null) {
        first.close();
      }
    } else {
      connection.close();
    }
  }
}
