package dev.weir.gateway;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Drops a connection whose client takes nothing. Vert.x's own close is written behind what waits to
 * be written, so on such a connection it never comes; only Netty can close it over Vert.x's head.
 */
final class HardClose {
  private HardClose() {}

  static void drop(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      base.channelHandlerContext().close(); // from behind Vert.x's handler, which would wait
    } else {
      connection.close();
    }
  }
}
