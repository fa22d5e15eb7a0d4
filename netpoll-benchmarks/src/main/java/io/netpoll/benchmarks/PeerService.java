package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Service;

/** What a peer does with frames, by the names of the command line. */
enum PeerService {
  /** Payloads come back. */
  ECHO("echo", Service.ECHO),
  /** Messages are answered. */
  RPC("rpc", Service.RPC),
  /** Messages go to all subscribers. */
  FAN_OUT("fanout", Service.RPC);

  private final String word;
  private final Service service;

  PeerService(String word, Service service) {
    this.word = word;
    this.service = service;
  }

  /** How its frames are decoded. */
  Service service() {
    return service;
  }

  @Override
  public String toString() {
    return word;
  }
}
