package io.netpoll.benchmarks.load;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;

/**
 * What load to make.
 *
 * @param connections how many connections are open
 * @param inFlight how many requests wait for their answers at any time; with a rate, unused
 * @param turn where the next request goes
 * @param smallest bytes of the smallest payload, at least {@link Message#HEADER}
 * @param largest bytes of the largest payload; sizes between the two are equally likely by their
 *     logarithm
 * @param rate requests a second, whether answers come or not; 0 for one after each answer
 * @param service what the server does
 * @param light whether the requests do no work, whatever others do; of {@link Service#RPC} only
 * @param pieces whether each request is sent in two pieces, the second one so much later that the
 *     server sees the first alone, unless few requests are in flight; of {@link Turn#OWN} only,
 *     with at most one request in flight on a connection, and without a rate
 */
public record LoadPlan(
    int connections,
    int inFlight,
    Turn turn,
    int smallest,
    int largest,
    double rate,
    Service service,
    boolean light,
    boolean pieces) {

  /**
   * Checks that the plan makes sense.
   *
   * @throws IllegalArgumentException if not; the message says why
   */
  public LoadPlan {
    if (connections < 1 || rate == 0 && inFlight < 1 || rate < 0) {
      throw new IllegalArgumentException(
          "Load needs at least one connection and one request in flight, and a rate from 0 on.");
    }
    if (smallest < Message.HEADER || largest < smallest) {
      throw new IllegalArgumentException(
          "Sizes must be at least " + Message.HEADER + ", and the largest not below the smallest.");
    }
    if (turn == Turn.ROTATING && inFlight > connections) {
      throw new IllegalArgumentException(
          "Of " + connections + " connections in turn, " + inFlight + " cannot be busy.");
    }
    if (light && service != Service.RPC) {
      throw new IllegalArgumentException("Only the rpc service knows requests that do no work.");
    }
    if (pieces && (turn != Turn.OWN || inFlight > connections || rate > 0)) {
      throw new IllegalArgumentException(
          "Requests in two pieces need connections of their own, one for each, and no rate.");
    }
    if (turn == Turn.FRESH && inFlight != connections) {
      throw new IllegalArgumentException("With fresh connections each has one request in flight.");
    }
  }

  /** A plan of this shape whose requests do no work. */
  public LoadPlan withoutWork() {
    return new LoadPlan(
        connections, inFlight, turn, smallest, largest, rate, service, true, pieces);
  }

  /** A plan of this shape that sends each request in two pieces. */
  public LoadPlan inPieces() {
    return new LoadPlan(connections, inFlight, turn, smallest, largest, rate, service, light, true);
  }

  /** A plan of this shape that sends at a rate. */
  public LoadPlan at(double requestsPerSecond) {
    return new LoadPlan(
        connections, inFlight, turn, smallest, largest, requestsPerSecond, service, light, pieces);
  }

  /** A plan of this shape for a server that does something else. */
  public LoadPlan with(Service other) {
    return new LoadPlan(connections, inFlight, turn, smallest, largest, rate, other, light, pieces);
  }
}
