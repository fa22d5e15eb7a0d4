package io.netpoll.spi;

import io.netpoll.LinkBuffer;

/**
 * Found by the API with ServiceLoader: makes free-standing buffers. Implemented by netpoll-buffer.
 */
public interface BufferProvider {

  /**
   * Makes an empty buffer.
   *
   * @return a new buffer
   */
  LinkBuffer create();
}
