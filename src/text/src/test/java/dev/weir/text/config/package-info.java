@NullMarked
package dev.weir.text.config;

import org.jspecify.annotations.NullMarked;
