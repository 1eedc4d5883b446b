package dev.weir.engine;

import java.time.Instant;

/**
 * One request for text, tokenised.
 *
 * @param id names the request in logs and in cancel
 * @param prompt token ids, [n], n at least 1
 * @param seed position i of the output draws its number from (seed, i) alone
 * @param deadline after which the request is stopped with {@link FinishReason#DEADLINE}
 * @param group whose request it is: tenants get fair shares of the engine, and never find each
 *     other's prompts in the cache
 * @param priority the higher goes first; 0 normally
 * @param adapter which of the model's adapters answers, see {@link ModelLimits#adapters}; 0: the
 *     model as it is
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
public record TextRequest(
    String id,
    int[] prompt,
    SamplingParameters sampling,
    long seed,
    Instant deadline,
    Group group,
    int priority,
    int adapter) {

  /**
   * Who may share what.
   *
   * @param tenant shares of the engine are dealt out between these
   * @param cacheSalt requests of a tenant with different salts do not find each other's prompts
   */
  public record Group(String tenant, String cacheSalt) {
    /** Everybody who does not say. */
    public static final Group DEFAULT = new Group("default", "");

    /** The length keeps the two parts apart. */
    String salt() {
      return tenant.length() + ":" + tenant + cacheSalt;
    }
  }

  /** A request to the model as it is. */
  public TextRequest(
      String id,
      int[] prompt,
      SamplingParameters sampling,
      long seed,
      Instant deadline,
      Group group,
      int priority) {
    this(id, prompt, sampling, seed, deadline, group, priority, 0);
  }

  /**
   * What the keys of its cache blocks begin with: an adapter's keys and values are no other's. The
   * colons and the length keep the parts apart.
   */
  String salt() {
    return adapter + ":" + group.salt();
  }

  /** A request of the default group, of normal priority. */
  public TextRequest(
      String id, int[] prompt, SamplingParameters sampling, long seed, Instant deadline) {
    this(id, prompt, sampling, seed, deadline, Group.DEFAULT, 0);
  }
}
