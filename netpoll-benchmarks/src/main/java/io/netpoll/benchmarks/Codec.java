package io.netpoll.benchmarks;

/** How a Netty peer cuts frames and answers them. */
enum Codec {
  /** One decoder written for this protocol answers all complete frames of a read together. */
  MANUAL("manual"),
  /** {@code LengthFieldBasedFrameDecoder}, and a handler that answers frame by frame. */
  LENGTH_FIELD("length-field");

  private final String word;

  Codec(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
