/** What a checkpoint means: config, tensors, tokenizer, chat template. */
@NullMarked
package dev.weir.text;

import org.jspecify.annotations.NullMarked;
