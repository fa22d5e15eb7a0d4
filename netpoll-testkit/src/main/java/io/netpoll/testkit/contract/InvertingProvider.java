package io.netpoll.testkit.contract;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.Spans;
import io.netpoll.testkit.ForwardingProvider;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A backend that does what another one does, and inverts every byte of a connection on its way
 * between the engine and the socket. With an {@link InvertingFilter} the peer sees plain bytes.
 */
public final class InvertingProvider extends ForwardingProvider {
  private final PollerProvider backend;

  /**
   * Makes one.
   *
   * @param backend does the work
   */
  public InvertingProvider(PollerProvider backend) {
    this.backend = backend;
  }

  @Override
  protected PollerProvider backend() {
    return backend;
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    return replacing(
        Poller.class,
        backend.open(pages),
        (method, arguments) -> {
          boolean watches = method.equals("attach") || method.equals("connect");
          if (watches) {
            int last = arguments.length - 1;
            arguments[last] = inverting((Endpoint) arguments[last]);
          }
          return watches;
        });
  }

  private static Endpoint inverting(Endpoint endpoint) {
    return replacing(
        Endpoint.class,
        endpoint,
        (method, arguments) -> {
          if (method.equals("received")) {
            invert(((Page) arguments[0]).memory(), (int) arguments[1], (int) arguments[2]);
          }
          return false;
        });
  }

  private static Handle inverting(Handle handle) {
    InvertingOutput output = new InvertingOutput();
    return replacing(
        Handle.class,
        handle,
        (method, arguments) -> {
          if (method.equals("receive")) {
            arguments[0] = new InvertingInput((Input) arguments[0]);
          } else if (method.equals("send")) {
            output.from = (Output) arguments[0];
            arguments[0] = output;
          }
          return false;
        });
  }

  /** Looks at a call before it is made, and may replace its arguments. */
  @FunctionalInterface
  private interface Change {
    /** Says whether the call returns a handle, which is to be replaced, too. */
    boolean of(String method, Object[] arguments);
  }

  private static <T> T replacing(Class<T> type, T target, Change change) {
    InvocationHandler calls =
        (proxy, method, arguments) -> {
          boolean watches = arguments != null && change.of(method.getName(), arguments);
          Object result = call(method, target, arguments);
          return watches ? inverting((Handle) result) : result;
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, calls));
  }

  private static Object call(Method method, Object target, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void invert(ByteBuffer memory, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      memory.put(i, (byte) ~memory.get(i));
    }
  }

  /** Inverts what was read before it is taken. */
  private static final class InvertingInput implements Input {
    private final Input into;
    private final Spans offered = new Spans(16);

    InvertingInput(Input into) {
      this.into = into;
    }

    @Override
    public boolean space(Spans spans) {
      boolean wanted = into.space(spans);
      offered.clear();
      for (int i = 0; wanted && i < spans.count(); i++) {
        offered.add(spans.page(i), spans.offset(i), spans.length(i), false);
      }
      return wanted;
    }

    @Override
    public void filled(int bytes) {
      int left = bytes;
      for (int i = 0; i < offered.count() && left > 0; i++) {
        int part = Math.min(left, offered.length(i));
        invert(offered.page(i).memory(), offered.offset(i), part);
        left -= part;
      }
      into.filled(bytes);
    }
  }

  /** Offers an inverted copy of what is to be sent. One thread at a time. */
  private static final class InvertingOutput implements Output {
    private static final int MOST = 16 << 10;

    private final Page copy = new PlainPage(MOST);
    private final Spans plain = new Spans(16);
    private Output from = this;

    @Override
    public int collect(Spans into) {
      from.collect(plain);
      int copied = 0;
      for (int i = 0; i < plain.count() && copied < MOST; i++) {
        int part = Math.min(plain.length(i), MOST - copied);
        copy.memory().put(copied, plain.page(i).memory(), plain.offset(i), part);
        copied += part;
      }
      plain.clear();
      into.clear();
      if (copied > 0) {
        invert(copy.memory(), 0, copied);
        into.add(copy, 0, copied, true);
      }
      return copied;
    }

    @Override
    public void sent(int bytes) {
      from.sent(bytes);
    }
  }
}
