/**
 * Holds checkpoints, samplers, tokenizers and templates against the answers of reference
 * implementations.
 */
@NullMarked
package dev.weir.standalone.check;

import org.jspecify.annotations.NullMarked;
