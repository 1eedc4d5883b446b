@NullMarked
package dev.weir.text.tokenizer;

import org.jspecify.annotations.NullMarked;
