package io.netpoll.core;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Virtual threads, found at run time since the library runs on JDK 17 too. */
final class VirtualThreads {
  private static final @Nullable MethodHandle OF_VIRTUAL = find();
  private static final MethodHandle IS_VIRTUAL = findTest();

  private VirtualThreads() {}

  /** Finds {@code Thread.ofVirtual()}. */
  private static @Nullable MethodHandle find() {
    if (Runtime.version().feature() < 21) {
      return null;
    }
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      return MethodHandles.publicLookup()
          .findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  /** Finds {@code Thread.isVirtual()}; something that says no where that is missing. */
  private static MethodHandle findTest() {
    if (OF_VIRTUAL == null) {
      return MethodHandles.dropArguments(
          MethodHandles.constant(boolean.class, false), 0, Thread.class);
    }
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Whether {@code thread} is one. */
  static boolean isVirtual(Thread thread) {
    try {
      return (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (RuntimeException | Error e) { // there is no memory, or no stack
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("Thread.isVirtual throws nothing", t);
    }
  }

  /** Whether this JDK has them. */
  static boolean exist() {
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
    return new TurnStarter(factory(namePrefix));
  }

  /** Makes threads with numbered names; there must be virtual ones. */
  static ThreadFactory factory(String namePrefix) {
    try {
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      MethodHandle name =
          lookup.findVirtual(
              builder, "name", MethodType.methodType(builder, String.class, long.class));
      MethodHandle factory =
          lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
      Object named = name.invoke((Object) OF_VIRTUAL.invoke(), namePrefix, 1L);
      return (ThreadFactory) factory.invoke(named);
    } catch (Throwable t) {
      throw new IllegalStateException("This JDK's virtual threads cannot be reached.", t);
    }
  }
}
