package io.netpoll.examples;

import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;

/**
 * A request or an answer on the wire: a 4-byte length of what follows, an 8-byte id, the payload.
 * An answer has the id of its request; so an echo server answers too.
 *
 * @param id chosen by the client, unique among the calls of a connection
 * @param payload any bytes
 */
record RpcFrame(long id, byte[] payload) {
  /** The longest payload accepted, in bytes. */
  static final int MAX_PAYLOAD = 16 << 20;

  /**
   * Reads a frame, waiting for the rest of it where it is not there yet.
   *
   * @throws IOException if the input ends or fails, or the frame has an impossible length
   */
  static RpcFrame read(Reader in) throws IOException {
    int length = in.readInt() - Long.BYTES;
    if (length < 0 || length > MAX_PAYLOAD) {
      throw new IOException(
          "A frame announces " + length + " bytes of payload; 0 to " + MAX_PAYLOAD + " can be.");
    }
    return new RpcFrame(in.readLong(), in.readBinary(length));
  }

  /** The frame as a message of its own, flushed. */
  LinkBuffer toMessage() {
    LinkBuffer message = LinkBuffer.create();
    message.writeInt(Long.BYTES + payload.length);
    message.writeLong(id);
    message.writeBinary(payload);
    message.flush();
    return message;
  }
}
