/**
 * What workers have in common: how they take requests, tell what they serve, and say how they are.
 */
@NullMarked
package dev.weir.worker;

import org.jspecify.annotations.NullMarked;
