@NullMarked
package dev.weir.text.gguf;

import org.jspecify.annotations.NullMarked;
