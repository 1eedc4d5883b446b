/** The models that Weir knows by name, and where they lie on this machine. */
@NullMarked
package dev.weir.standalone.model;

import org.jspecify.annotations.NullMarked;
