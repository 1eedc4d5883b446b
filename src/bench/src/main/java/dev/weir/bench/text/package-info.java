/** Offline speed and quality of the text engine, with its peers side by side. */
@NullMarked
package dev.weir.bench.text;

import org.jspecify.annotations.NullMarked;
