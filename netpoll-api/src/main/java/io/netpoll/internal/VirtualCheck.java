package io.netpoll.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Tells virtual threads apart: asked of the JDK where it has them (21+), else always false. */
public final class VirtualCheck {
  /** Null where there are none, so that they cost nothing there. */
  private static final @Nullable MethodHandle IS_VIRTUAL = find();

  private VirtualCheck() {}

  /** To be called early: a class that is first needed where the stack ends is lost for good. */
  public static void load() {
    isVirtual(Thread.currentThread());
  }

  /**
   * Whether a thread is virtual. Any thread.
   *
   * @param thread any
   * @return true if it is
   */
  public static boolean isVirtual(Thread thread) {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (RuntimeException | Error e) { // there is no memory, or no stack
      throw e;
    } catch (Throwable t) {
      throw new AssertionError("Thread.isVirtual throws nothing", t);
    }
  }

  private static @Nullable MethodHandle find() {
    if (Runtime.version().feature() < 21) {
      return null;
    }
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
