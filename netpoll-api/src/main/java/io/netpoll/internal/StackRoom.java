package io.netpoll.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;

/**
 * Looks for room on the calling thread's stack, before something begins that must not break off
 * half-way: a token that is held, a lock, a waiter that is published, a poll loop that changes its
 * leader. Where there is none, a {@link StackOverflowError} is thrown, and nothing has begun. So
 * user code may recurse until its stack is full, around whatever it calls here. Any thread.
 *
 * <p>To be called where user code calls, and before anything is changed. A method that is called by
 * another one of the library needs less room than that has looked for.
 *
 * <h2>How it looks</h2>
 *
 * It calls a method with so many local variables that its frame has the size that is wanted. The
 * interpreter makes that frame. Compiled code has none, and costs nothing; but before it begins, it
 * touches as much stack as the interpreter would need to go on in its place. Java has no shorter
 * way to write a method with thousands of variables than to write its class file.
 */
public final class StackRoom {
  private static final Frames FRAMES = Frames.make();

  /** Never set. To test it, compiled code must be able to leave for the interpreter. */
  private static boolean leaves;

  private StackRoom() {}

  /** Room for a step of a buffer: 4 KiB. */
  public static void forABuffer() {
    FRAMES.small();
  }

  /** Room for an operation of a connection, down to the system, and for its failure: 8 KiB. */
  public static void forAConnection() {
    FRAMES.medium();
  }

  /**
   * Room for a wait, which may start threads and passes poll loops on, and for what clients do with
   * several connections: 16 KiB.
   */
  public static void forAWait() {
    FRAMES.large();
  }

  /** Room to lead a poll loop: 64 KiB. */
  public static void forALoop() {
    FRAMES.huge();
  }

  /** Called by the frames. */
  static void within() {
    if (leaves) {
      throw new AssertionError();
    }
  }

  /** The methods with large frames. Where their class cannot be made, they do nothing. */
  static class Frames {
    private static final int SLOT = 8;

    void small() {}

    void medium() {}

    void large() {}

    void huge() {}

    static Frames make() {
      try {
        return (Frames)
            MethodHandles.lookup()
                .defineHiddenClass(classFile(), false)
                .lookupClass()
                .getDeclaredConstructor()
                .newInstance();
      } catch (ReflectiveOperationException | IOException | UnsupportedOperationException e) {
        return new Frames();
      }
    }

    /**
     * The class file of a subclass whose methods have large frames, and each call {@link #within}.
     */
    private static byte[] classFile() throws IOException {
      String outer = StackRoom.class.getName().replace('.', '/');
      String base = Frames.class.getName().replace('.', '/');
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(0xcafebabe);
      out.writeInt(61); // of Java 17
      String[] texts = {
        "",
        base + "Made",
        base,
        outer,
        "Code",
        "()V",
        "<init>",
        "within",
        "small",
        "medium",
        "large",
        "huge"
      };
      out.writeShort(19);
      for (int i = 1; i < texts.length; i++) {
        out.writeByte(1); // CONSTANT_Utf8, at 1 to 11
        out.writeUTF(texts[i]);
      }
      for (int name = 1; name <= 3; name++) {
        constant(out, 7, name); // CONSTANT_Class, at 12 to 14
      }
      constant(out, 12, 6, 5); // CONSTANT_NameAndType of the constructor, at 15
      constant(out, 12, 7, 5); // of within, at 16
      constant(out, 10, 13, 15); // CONSTANT_Methodref of the constructor, at 17
      constant(out, 10, 14, 16); // of within, at 18
      out.writeShort(0x0030); // final, super
      out.writeShort(12);
      out.writeShort(13);
      out.writeShort(0); // interfaces
      out.writeShort(0); // fields
      out.writeShort(5);
      // aload_0, invokespecial, return
      method(out, 6, 1, new byte[] {0x2a, (byte) 0xb7, 0, 17, (byte) 0xb1});
      for (int i = 0; i < 4; i++) {
        int[] sizes = {4 << 10, 8 << 10, 16 << 10, 64 << 10};
        // invokestatic, return
        method(out, 8 + i, sizes[i] / SLOT, new byte[] {(byte) 0xb8, 0, 18, (byte) 0xb1});
      }
      out.writeShort(0); // attributes
      return bytes.toByteArray();
    }

    private static void constant(DataOutputStream out, int tag, int... indices) throws IOException {
      out.writeByte(tag);
      for (int index : indices) {
        out.writeShort(index);
      }
    }

    private static void method(DataOutputStream out, int name, int locals, byte[] code)
        throws IOException {
      out.writeShort(0); // visible in the package, as in the base
      out.writeShort(name);
      out.writeShort(5);
      out.writeShort(1);
      out.writeShort(4); // its code
      out.writeInt(12 + code.length);
      out.writeShort(1); // stack
      out.writeShort(locals);
      out.writeInt(code.length);
      out.write(code);
      out.writeShort(0); // exceptions
      out.writeShort(0); // attributes
    }
  }
}
