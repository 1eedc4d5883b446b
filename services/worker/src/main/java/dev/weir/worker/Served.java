package dev.weir.worker;

import dev.weir.proto.v1.ModelCard;
import dev.weir.stream.Generator;

/**
 * What is served under a name of its own.
 *
 * @param numericsId with the same one it gives the same output
 * @param generator what answers
 * @param slots requests that run at the same time
 * @param intake requests that are taken in all
 * @param card what it tells of itself; name, worker, slots, numbers of requests and times are added
 */
public record Served(
    String name, String numericsId, Generator generator, int slots, int intake, ModelCard card) {}
