package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.LinkBuffer;
import io.netpoll.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A connection that collects what is flushed to it, and calls the test at each flush. */
final class Sink {

  /** What happens in a flush, on the flushing thread. */
  interface Flush {
    void run() throws Exception;
  }

  final LinkBuffer received = LinkBuffer.create();
  Flush inFlush = () -> {};
  boolean aborted;

  private final Writer writer = proxy(Writer.class, this::write);
  final Connection connection = proxy(Connection.class, this::answer);

  private @Nullable Object write(Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("flush")) {
      inFlush.run();
    }
    try {
      return method.invoke(received, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private @Nullable Object answer(Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "writer" -> writer;
      case "remoteAddress" -> InetSocketAddress.createUnresolved("sink", 1);
      case "abort" -> {
        aborted = true;
        yield null;
      }
      default -> throw new UnsupportedOperationException(method.toString());
    };
  }

  private interface Handler {
    @Nullable Object call(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> handler.call(method, arguments)));
  }

  /** A flushed message. */
  static LinkBuffer message(String text) {
    LinkBuffer message = LinkBuffer.create();
    message.writeString(text);
    message.flush();
    return message;
  }

  /** All that was flushed so far. */
  String text() throws Exception {
    return received.readString(received.length());
  }
}
