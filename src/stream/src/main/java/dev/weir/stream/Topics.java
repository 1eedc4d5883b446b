package dev.weir.stream;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of all topics and groups of one prefix.
 *
 * @param prefix {@code weir} by default; tenants with Kafka access of their own have one each
 */
public record Topics(String prefix) {
  /** What Kafka allows in a topic's name; its limit of 249 is left some room for the prefix. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,180}");

  public Topics {
    if (!NAME.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix \"" + prefix + "\" may have only letters, digits, '.', '_' and '-'");
    }
  }

  /** True if a model of this name can have a topic. */
  public static boolean isModelName(String model) {
    return NAME.matcher(model).matches();
  }

  /** Requests for one model; one partition. */
  public String requests(String model) {
    if (!isModelName(model)) {
      throw new IllegalArgumentException(
          "model name \"" + model + "\" may have only letters, digits, '.', '_' and '-'");
    }
    return prefix + ".requests." + model;
  }

  /** The model whose requests a topic holds; null if it holds none. */
  @Nullable String modelOf(String requests) {
    String before = prefix + ".requests.";
    String model = requests.startsWith(before) ? requests.substring(before.length()) : "";
    return isModelName(model) ? model : null;
  }

  /** Everything that requests produced; the key is the request id. */
  public String chunks() {
    return prefix + ".chunks";
  }

  /** Cancellations. */
  public String control() {
    return prefix + ".control";
  }

  /** Model cards. */
  public String models() {
    return prefix + ".models";
  }

  /** One record for each finished request. */
  public String results() {
    return prefix + ".results";
  }

  /** Requests given up. */
  public String dead() {
    return prefix + ".dead";
  }

  /** The share group of the workers of one model. */
  public String workers(String model) {
    return prefix + "." + model;
  }

  /** The group that shares out chunk partitions among gateways. */
  public String gateways() {
    return prefix + ".gateways";
  }

  /** True for topics that are Weir's or Kafka's own: nobody may have answers sent there. */
  public boolean isReserved(String topic) {
    return topic.startsWith(prefix + ".") || topic.startsWith("__");
  }
}
