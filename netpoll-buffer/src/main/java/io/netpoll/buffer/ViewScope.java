package io.netpoll.buffer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The views that end together, in debug mode. Where the JDK can close memory (from 22 on) a view is
 * a copy in memory that is closed in the end; before, it is read-only and shows poison.
 */
final class ViewScope {
  private static final @Nullable Closable CLOSABLE =
      Runtime.version().feature() >= 22 ? new Closable() : null;

  private final @Nullable Object arena = CLOSABLE == null ? null : CLOSABLE.open();

  ByteBuffer guard(ByteBuffer view) {
    if (CLOSABLE == null || arena == null) {
      return view.asReadOnlyBuffer();
    }
    ByteBuffer copy = CLOSABLE.allocate(arena, view.capacity());
    copy.put(0, view, 0, view.capacity());
    return copy.asReadOnlyBuffer();
  }

  /**
   * Ends all views.
   *
   * @throws IllegalStateException if one of them is in use right now
   */
  void end() {
    if (CLOSABLE != null && arena != null) {
      CLOSABLE.close(arena);
    }
  }

  /** {@code java.lang.foreign.Arena.ofShared()}, called by handles because 17 does not have it. */
  private static final class Closable {
    private final MethodHandle open;
    private final MethodHandle allocate;
    private final MethodHandle asByteBuffer;
    private final MethodHandle close;

    Closable() {
      try {
        Class<?> arena = Class.forName("java.lang.foreign.Arena");
        Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        open = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena));
        allocate =
            lookup.findVirtual(
                arena, "allocate", MethodType.methodType(segment, long.class, long.class));
        asByteBuffer =
            lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
        close = lookup.findVirtual(arena, "close", MethodType.methodType(void.class));
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    Object open() {
      return call(open);
    }

    ByteBuffer allocate(Object arena, int size) {
      return (ByteBuffer) call(asByteBuffer, call(allocate, arena, (long) size, 1L));
    }

    void close(Object arena) {
      call(close, arena);
    }

    private static Object call(MethodHandle handle, Object... arguments) {
      try {
        return handle.invokeWithArguments(arguments);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError("java.lang.foreign throws nothing checked", e);
      }
    }
  }
}
