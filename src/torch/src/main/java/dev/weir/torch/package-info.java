/** TorchScript programs written by Java; the only user of DJL's engine. */
@NullMarked
package dev.weir.torch;

import org.jspecify.annotations.NullMarked;
