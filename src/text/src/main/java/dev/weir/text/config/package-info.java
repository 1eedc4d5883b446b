/** Model configurations of Hugging Face, and the tensors that each family must have. */
@NullMarked
package dev.weir.text.config;

import org.jspecify.annotations.NullMarked;
