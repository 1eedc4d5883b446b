package dev.weir.simulation;

/** A gateway's process: when it dies, its readers go on elsewhere. */
final class SimulatedGateway extends SimulatedProcess {
  private final SimulatedReader reader;

  SimulatedGateway(SimulatedReader reader, Cluster cluster, int incarnation) {
    super(cluster, "g" + incarnation);
    this.reader = reader;
  }

  @Override
  boolean mayFail() {
    if (cluster.faults.strikes(Fault.GATEWAY_CRASH)) {
      cluster.count(Occurrence.GATEWAY_CRASHES);
      die();
      reader.gatewayDied();
      return true;
    }
    return false;
  }
}
