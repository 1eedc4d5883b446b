@NullMarked
package dev.weir.text;

import org.jspecify.annotations.NullMarked;
