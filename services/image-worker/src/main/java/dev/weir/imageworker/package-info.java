/** Draws the pictures that are asked for on Kafka and writes their streams. */
@NullMarked
package dev.weir.imageworker;

import org.jspecify.annotations.NullMarked;
