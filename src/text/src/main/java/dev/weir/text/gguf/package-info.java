/** The GGUF file format (ggml): metadata, tensors, and what both mean. */
@NullMarked
package dev.weir.text.gguf;

import org.jspecify.annotations.NullMarked;
