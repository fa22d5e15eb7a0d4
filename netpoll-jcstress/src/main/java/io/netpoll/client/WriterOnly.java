package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.LinkBuffer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;

/**
 * A connection that has a writer alone: a free-standing buffer, which two threads at a time would
 * spoil.
 */
final class WriterOnly {
  final LinkBuffer written = LinkBuffer.create();

  final Connection connection =
      (Connection)
          Proxy.newProxyInstance(
              Connection.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "writer" -> written;
                    case "remoteAddress" -> InetSocketAddress.createUnresolved("peer", 1);
                    default -> throw new UnsupportedOperationException(method.getName());
                  });

  /** A message of one letter. */
  static LinkBuffer message(char letter) {
    LinkBuffer message = LinkBuffer.create();
    message.writeByte(letter);
    message.flush();
    return message;
  }

  /** What was flushed, and whether "a" came before "b", and "c" before "d". */
  String inOrder() {
    try {
      String all = written.readString(written.length());
      written.release(); // thousands of these exist at a time
      boolean ordered = comesBefore(all, 'a', 'b') && comesBefore(all, 'c', 'd');
      return all.length() + (ordered ? " in order" : " as " + all);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static boolean comesBefore(String all, char first, char second) {
    int behind = all.indexOf(second);
    return behind < 0 || all.lastIndexOf(first, behind) >= 0;
  }
}
