@NullMarked
package dev.weir.proto;

import org.jspecify.annotations.NullMarked;
