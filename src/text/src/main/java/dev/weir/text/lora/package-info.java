/** LoRA adapters as PEFT writes them. */
@NullMarked
package dev.weir.text.lora;

import org.jspecify.annotations.NullMarked;
