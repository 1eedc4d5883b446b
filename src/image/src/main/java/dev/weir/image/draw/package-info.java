/**
 * Drawing: requests for pictures, and the engine that draws many at the same time, step by step.
 */
@NullMarked
package dev.weir.image.draw;

import org.jspecify.annotations.NullMarked;
