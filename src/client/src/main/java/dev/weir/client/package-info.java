/** The Java library for event-driven applications: publish a prompt, read a stream. */
@NullMarked
package dev.weir.client;

import org.jspecify.annotations.NullMarked;
