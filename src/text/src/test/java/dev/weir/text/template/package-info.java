@NullMarked
package dev.weir.text.template;

import org.jspecify.annotations.NullMarked;
