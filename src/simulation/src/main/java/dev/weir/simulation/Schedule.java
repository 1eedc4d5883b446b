package dev.weir.simulation;

/**
 * What a schedule is made of, drawn from its seed.
 *
 * @param room for how many requests a generator has room; slots beyond it wait
 * @param deliveryLimit of the brokers: what was delivered so often is dropped
 * @param faults how many things go wrong
 * @param faultsEndMs after that nothing goes wrong any more
 * @param losses whether brokers may lose what they acknowledged
 */
record Schedule(
    int requests,
    int workers,
    int slots,
    int room,
    int partitions,
    int deliveryLimit,
    int faults,
    int faultsEndMs,
    boolean losses) {

  /** Of a request that names none. */
  static final int DEFAULT_DEADLINE_MS = 60_000;

  static Schedule draw(Dice dice) {
    int slots = dice.between(1, 3);
    return new Schedule(
        dice.between(1, 4),
        dice.between(1, 4),
        slots,
        dice.between(1, slots),
        dice.between(1, 3),
        dice.oneIn(4) ? dice.between(2, 5) : 10,
        dice.oneIn(8) ? 0 : dice.between(1, dice.oneIn(6) ? 12 : 5),
        dice.oneIn(5) ? dice.between(1_000, 8_000) : dice.between(200, 1_800),
        dice.oneIn(16));
  }

  /** One of the faults that may happen here. */
  Fault fault(Dice dice) {
    int kinds = Fault.values().length;
    return Fault.values()[dice.below(losses ? kinds : kinds - 1)];
  }
}
