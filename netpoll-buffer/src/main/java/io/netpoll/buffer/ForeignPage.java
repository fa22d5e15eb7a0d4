package io.netpoll.buffer;

import java.nio.ByteBuffer;

/** A caller's direct memory, taken over by reference. Left to the garbage collector in the end. */
final class ForeignPage extends BufferPage {

  ForeignPage(ByteBuffer direct) {
    super(direct.slice());
  }

  @Override
  void recycle() {}
}
