/** HTTP API, WebSocket and the page. */
@NullMarked
package dev.weir.gateway;

import org.jspecify.annotations.NullMarked;
