/** The safetensors file format, single and sharded. */
@NullMarked
package dev.weir.text.safetensors;

import org.jspecify.annotations.NullMarked;
