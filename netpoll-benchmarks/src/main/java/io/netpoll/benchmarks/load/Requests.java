package io.netpoll.benchmarks.load;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Writes requests and checks answers. Size, method and body follow from the id, so that nothing is
 * remembered; bodies are cut from one block of random bytes.
 */
final class Requests {
  private static final int OFFSETS = 1 << 16;

  private final LoadPlan plan;
  private final double logOfRatio;
  private final ByteBuffer block;

  Requests(LoadPlan plan) {
    this.plan = plan;
    logOfRatio = Math.log((double) plan.largest() / plan.smallest());
    byte[] random = new byte[OFFSETS + plan.largest()];
    new SplittableRandom(1).nextBytes(random);
    block = ByteBuffer.allocateDirect(random.length).put(random).clear();
  }

  /** Bytes of the payload of a request, and of its answer. */
  int length(long id) {
    if (plan.smallest() == plan.largest()) {
      return plan.smallest();
    }
    double fraction = (mixed(id) >>> 11) * 0x1p-53;
    return (int) (plan.smallest() * Math.exp(fraction * logOfRatio));
  }

  /** Writes the frame of a request into a buffer with room for it. */
  void write(long id, ByteBuffer out) {
    int length = length(id);
    out.putInt(length).putLong(id).putInt(method(id));
    int body = length - Message.HEADER;
    out.put(out.position(), block, offset(id), body);
    out.position(out.position() + body);
  }

  /**
   * Checks a payload that is there as a whole, and passes it.
   *
   * @return the id of the request that it answers
   * @throws IOException if no request with that id has this answer
   */
  long check(ByteBuffer in, int length) throws IOException {
    if (length < Message.HEADER) {
      throw new IOException("An answer has " + Integer.toUnsignedString(length) + " bytes.");
    }
    long id = in.getLong();
    int method = in.getInt();
    int body = length - Message.HEADER;
    int expected = plan.service() == Service.RPC ? ~method(id) : method(id);
    if (method != expected
        || length != length(id)
        || !in.slice(in.position(), body).equals(block.slice(offset(id), body))) {
      throw new IOException("An answer of " + length + " bytes is not that of any request.");
    }
    in.position(in.position() + body);
    return id;
  }

  private int method(long id) {
    int any = (int) mixed(id);
    return plan.light() ? any | Message.LIGHT : any & ~Message.LIGHT;
  }

  private static int offset(long id) {
    return (int) (mixed(id) >>> 32) & OFFSETS - 1;
  }

  private static long mixed(long id) {
    long mixed = (id ^ id >>> 33) * 0xff51afd7ed558ccdL;
    return mixed ^ mixed >>> 33;
  }
}
