/** The CPU step in fused kernels of C, behind the Foreign Function and Memory API. */
@NullMarked
package dev.weir.kernels;

import org.jspecify.annotations.NullMarked;
