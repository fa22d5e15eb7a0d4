package io.netpoll.internal;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.function.Supplier;

/**
 * Makes the threads of the library.
 *
 * <p>Such a thread serves whoever uses the library, and often outlives the application that
 * happened to need it first. So it takes nothing over from the thread that makes it: it is a
 * daemon, of normal priority, in the topmost thread group; its context class loader is the
 * library's, it has no inherited thread-locals, and no inherited access-control context, which
 * would keep the class loaders of all callers alive.
 *
 * <p>User code that such a thread runs is run with the context class loader of whoever registered
 * that code, and only while it runs.
 *
 * <p>Thread-safe; nothing waits.
 */
public final class LibraryThreads {
  /** From JDK 24 on, no thread has an access-control context. */
  private static final boolean INHERIT_ACCESS = Runtime.version().feature() < 24;

  private LibraryThreads() {}

  /**
   * Makes a thread that is not started.
   *
   * @param name its name
   * @param body what it runs
   * @return the thread
   */
  public static Thread daemon(String name, Runnable body) {
    return make(new Plain(name, body));
  }

  /**
   * Makes a thread of a class of its own.
   *
   * @param <T> the class
   * @param constructor makes the thread, in the {@linkplain #group() group} of the library and
   *     without inheriting thread-locals: by {@link Thread#Thread(ThreadGroup, Runnable, String,
   *     long, boolean)}
   * @return the thread, not started
   */
  public static <T extends Thread> T make(Supplier<T> constructor) {
    T thread = INHERIT_ACCESS ? privileged(constructor) : constructor.get();
    thread.setDaemon(true);
    thread.setPriority(Thread.NORM_PRIORITY);
    thread.setContextClassLoader(LibraryThreads.class.getClassLoader());
    return thread;
  }

  /** In a method of its own, so that it is linked where it is called only. */
  @SuppressWarnings("removal") // not called where it may be missing
  private static <T> T privileged(Supplier<T> constructor) {
    return AccessController.doPrivileged(
        new PrivilegedAction<T>() {
          @Override
          public T run() {
            return constructor.get();
          }
        });
  }

  /** No lambda: these threads are on the way of a process's first dial. */
  private record Plain(String name, Runnable body) implements Supplier<Thread> {
    @Override
    public Thread get() {
      return new Thread(group(), body, name, 0, false);
    }
  }

  /**
   * The group of the library's threads.
   *
   * @return the topmost one
   */
  public static ThreadGroup group() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    for (ThreadGroup parent = group.getParent(); parent != null; parent = group.getParent()) {
      group = parent;
    }
    return group;
  }
}
