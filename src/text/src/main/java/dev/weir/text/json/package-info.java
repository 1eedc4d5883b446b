/** JSON from files that nobody vouches for, read within limits. */
@NullMarked
package dev.weir.text.json;

import org.jspecify.annotations.NullMarked;
