package io.netpoll.core.execution;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Virtual threads, found at run time since the library runs on JDK 17 too. */
public final class VirtualThreads {
  private static final @Nullable MethodHandle OF_VIRTUAL;

  static {
    if (Runtime.version().feature() < 21) {
      OF_VIRTUAL = null;
    } else {
      try {
        Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
        OF_VIRTUAL =
            MethodHandles.publicLookup()
                .findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder));
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  private VirtualThreads() {}

  /**
   * Whether this JDK has them.
   *
   * @return true from 21 on
   */
  public static boolean exist() {
    return OF_VIRTUAL != null;
  }

  /**
   * An executor that starts a virtual thread for each task, in the order of the tasks.
   *
   * @throws IllegalArgumentException if this JDK has none
   */
  static Executor executor(String namePrefix) {
    if (OF_VIRTUAL == null) {
      throw new IllegalArgumentException(
          "Virtual threads need JDK 21 or newer and this is "
              + Runtime.version().feature()
              + ": use workers or inline execution.");
    }
    return new FairExecutor(factory(namePrefix));
  }

  /**
   * Makes threads with numbered names, which inherit no thread-locals, and have the system's
   * context class loader. There must be virtual ones.
   *
   * @param namePrefix what the number follows
   * @return a factory of virtual threads, which are not started yet
   */
  public static ThreadFactory factory(String namePrefix) {
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      MethodHandle name =
          lookup.findVirtual(
              builder, "name", MethodType.methodType(builder, String.class, long.class));
      MethodHandle factory =
          lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
      MethodHandle inherit =
          lookup.findVirtual(
              builder,
              "inheritInheritableThreadLocals",
              MethodType.methodType(builder, boolean.class));
      Object named = name.invoke((Object) OF_VIRTUAL.invoke(), namePrefix, 1L);
      return (ThreadFactory) factory.invoke(inherit.invoke(named, false));
    } catch (Throwable t) {
      throw new IllegalStateException("This JDK's virtual threads cannot be reached.", t);
    }
  }
}
