package io.netpoll.buffer;

import io.netpoll.LinkBuffer;
import io.netpoll.spi.BufferProvider;

/** Makes buffers over the shared pool for {@link LinkBuffer#create()}. Found by ServiceLoader. */
public final class LinkedBufferProvider implements BufferProvider {

  /** Called by ServiceLoader. */
  public LinkedBufferProvider() {}

  @Override
  public LinkBuffer create() {
    return new LinkedBuffer();
  }
}
