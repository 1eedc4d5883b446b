/**
 * Text generation without any framework: requests, scheduler, cache blocks, sampling, stopping,
 * detokenising.
 */
@NullMarked
package dev.weir.engine;

import org.jspecify.annotations.NullMarked;
