package io.netpoll.core.execution;

import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.FakePollerProvider;
import io.netpoll.testkit.ForwardingProvider;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** The fake backend, whose pollers are bound to the first thread that uses them. */
final class AffineProvider extends ForwardingProvider {
  private final FakePollerProvider fake = new FakePollerProvider();

  /** The calls by other threads. */
  final Queue<String> strangers = new ConcurrentLinkedQueue<>();

  @Override
  protected PollerProvider backend() {
    return fake;
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    Poller real = fake.open(pages);
    AtomicReference<Thread> owner = new AtomicReference<>();
    return (Poller)
        Proxy.newProxyInstance(
            Poller.class.getClassLoader(),
            new Class<?>[] {Poller.class},
            (proxy, called, arguments) -> {
              if (!called.getName().equals("wakeup")) {
                check(owner, called.getName());
              }
              try {
                return called.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void check(AtomicReference<Thread> owner, String method) {
    Thread caller = Thread.currentThread();
    Thread known = owner.compareAndExchange(null, caller);
    if (known != null && known != caller) {
      strangers.add(method + " by " + caller.getName() + " in place of " + known.getName());
    }
  }

  @Override
  public boolean threadAffine() {
    return true;
  }

  @Override
  public String name() {
    return "affine";
  }
}
