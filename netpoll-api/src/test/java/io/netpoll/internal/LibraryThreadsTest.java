package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.DomainCombiner;
import java.security.PrivilegedAction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

@SuppressWarnings("removal") // of access control, which JDK 17 has
class LibraryThreadsTest {
  private static final InheritableThreadLocal<String> LOCAL = new InheritableThreadLocal<>();
  private static final DomainCombiner COMBINER = (current, assigned) -> current;

  /** What a thread finds, where its maker had everything that can be inherited. */
  private record Inherited(String local, DomainCombiner combiner) {}

  private Thread thread;
  private Inherited inherited;

  @Test
  void aThread_takesNothingOverFromTheOneThatMakesIt() throws Exception {
    makeAndRun(body -> LibraryThreads.daemon("netpoll-test", body));
    assertThat(inherited).isEqualTo(new Inherited(null, null));
    assertThat(thread.getContextClassLoader()).isSameAs(LibraryThreads.class.getClassLoader());
    assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
    assertThat(thread.isDaemon()).isTrue();
    assertThat(LibraryThreads.group().getParent()).isNull();
  }

  @Test
  void anyOtherThread_takesItOver() throws Exception {
    makeAndRun(Thread::new);
    boolean hasAccessControl = Runtime.version().feature() < 24;
    assertThat(inherited).isEqualTo(new Inherited("set", hasAccessControl ? COMBINER : null));
    assertThat(thread.getContextClassLoader()).isInstanceOf(URLClassLoader.class);
    assertThat(thread.getPriority()).isEqualTo(Thread.MIN_PRIORITY);
  }

  private void makeAndRun(Function<Runnable, Thread> make) throws Exception {
    AccessControlContext context =
        new AccessControlContext(AccessController.getContext(), COMBINER);
    Thread maker =
        new Thread(
            new ThreadGroup("of an application"),
            () -> {
              LOCAL.set("set");
              thread =
                  AccessController.doPrivileged(
                      (PrivilegedAction<Thread>)
                          () ->
                              make.apply(
                                  () -> {
                                    AccessControlContext seen = AccessController.getContext();
                                    inherited =
                                        new Inherited(LOCAL.get(), seen.getDomainCombiner());
                                  }),
                      context);
            });
    try (URLClassLoader loader = new URLClassLoader(new URL[0])) {
      maker.setContextClassLoader(loader);
      maker.setPriority(Thread.MIN_PRIORITY);
      maker.start();
      maker.join();
    }
    thread.start();
    thread.join();
  }
}
