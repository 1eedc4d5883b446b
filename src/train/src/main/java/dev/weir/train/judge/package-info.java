/** The network that reads what a portrait shows, by which the others are judged. */
@NullMarked
package dev.weir.train.judge;

import org.jspecify.annotations.NullMarked;
