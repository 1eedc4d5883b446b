@NullMarked
package dev.weir.text.safetensors;

import org.jspecify.annotations.NullMarked;
