package io.netpoll.testkit.proxy;

/** How a proxy cuts one direction of a connection into writes. */
public enum Cutting {
  /** What one read gave is written at once. */
  AS_IS,
  /** Each byte is a write of its own. */
  SINGLE_BYTES,
  /** What one read gave is written in pieces of random sizes. */
  PIECES,
  /** What comes within two milliseconds of a read is written together with it. */
  COALESCED
}
