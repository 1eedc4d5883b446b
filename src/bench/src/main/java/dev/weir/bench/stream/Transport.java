package dev.weir.bench.stream;

import java.net.URI;

/** How a client asks and hears. */
enum Transport {
  /** {@code POST /v1/requests}, then {@code GET /v1/streams/ID}. */
  EVENTS("sse"),
  /** {@code POST /v1/completions} with {@code stream}. */
  COMPLETIONS("completions"),
  /** {@code submit} at {@code /v1/ws}. */
  SOCKET("websocket");

  private final String label;

  Transport(String label) {
    this.label = label;
  }

  /** In names of figures. */
  String label() {
    return label;
  }

  LoadConnection ask(URI gateway, StreamTally tally) {
    return switch (this) {
      case EVENTS -> EventConnection.ask(gateway, tally);
      case COMPLETIONS -> EventConnection.complete(gateway, tally);
      case SOCKET -> SocketConnection.ask(gateway, tally);
    };
  }
}
