/** The contract: records of the topics, in Protobuf and JSON. */
@NullMarked
package dev.weir.proto;

import org.jspecify.annotations.NullMarked;
