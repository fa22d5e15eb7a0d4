package io.netpoll.benchmarks;

/** Who answers the requests of a peer, by the names of the command line. */
enum Answers {
  /** What has read them, in their order. */
  READER("reader"),
  /** The threads of a pool, each request with a write of its own, in any order. */
  POOL("pool");

  private final String word;

  Answers(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
