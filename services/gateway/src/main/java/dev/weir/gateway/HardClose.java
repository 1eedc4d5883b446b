package dev.weir.gateway;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Drops a connection whose client takes nothing. Vert.x's own close is written behind what waits to
 * be written, so on such a connection it never comes; only Netty can close it over Vert.x's head.
 */
final class HardClose {
  private HardClose() {}

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
