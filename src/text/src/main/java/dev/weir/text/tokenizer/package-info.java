/** Tokenizers: the Hugging Face library behind {@link dev.weir.text.Tokenizer}. */
@NullMarked
package dev.weir.text.tokenizer;

import org.jspecify.annotations.NullMarked;
