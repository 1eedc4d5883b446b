@NullMarked
package dev.weir.train.vae;

import org.jspecify.annotations.NullMarked;
