/** Other people's clients, unchanged. */
@NullMarked
package dev.weir.e2e.clients;

import org.jspecify.annotations.NullMarked;
