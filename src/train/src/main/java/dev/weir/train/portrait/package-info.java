/** Portraits as data: which are learned from and which are kept back, and batches of them. */
@NullMarked
package dev.weir.train.portrait;

import org.jspecify.annotations.NullMarked;
