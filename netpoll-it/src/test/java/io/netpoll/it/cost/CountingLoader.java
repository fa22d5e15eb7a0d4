package io.netpoll.it.cost;

import io.netpoll.it.RewritingLoader;
import io.netpoll.it.cost.SharedWrites.Kind;
import io.netpoll.it.cost.SharedWrites.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads the library once more, and has it tell {@link SharedWrites} before each write that may take
 * a cache line from another processor, or waits until all writes before it have arrived. What the
 * JDK does inside of a call is not looked into: a lock, a queue or a selector counts as one at
 * most.
 */
final class CountingLoader extends RewritingLoader {
  private static final String HOOK = SharedWrites.class.getName().replace('.', '/');
  private static final String LIBRARY = "io/netpoll/";
  private static final String CONCURRENT = "java/util/concurrent/";

  private static final Set<String> CHANGING =
      Set.of(
          "incrementAndGet",
          "decrementAndGet",
          "addAndGet",
          "updateAndGet",
          "accumulateAndGet",
          "add",
          "increment",
          "decrement",
          "accumulate",
          "reset",
          "sumThenReset");

  private static final Set<String> LOCKING = Set.of("lock", "tryLock", "lockInterruptibly");

  private static final Set<String> PUTTING =
      Set.of(
          "add",
          "addAll",
          "addFirst",
          "addLast",
          "complete",
          "completeExceptionally",
          "compute",
          "computeIfAbsent",
          "computeIfPresent",
          "execute",
          "merge",
          "offer",
          "offerFirst",
          "offerLast",
          "push",
          "put",
          "putIfAbsent",
          "remove",
          "schedule",
          "submit",
          "transfer",
          "unpark");

  /** What a class of the library declares, by its internal name. */
  private final Map<String, Declared> declared = new ConcurrentHashMap<>();

  private record Declared(String superclass, Map<String, Boolean> volatileByField) {}

  CountingLoader(ClassLoader parent) {
    super("counting", parent, SharedWrites.class, CountedServer.class);
  }

  @Override
  protected byte[] rewritten(String name, byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(0);
    String simpleName = name.substring(name.lastIndexOf('.') + 1);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            return new Telling(
                super.visitMethod(access, name, descriptor, signature, exceptions),
                simpleName + "." + name,
                (access & Opcodes.ACC_SYNCHRONIZED) != 0);
          }
        },
        0);
    return writer.toByteArray();
  }

  /** What a call is; null if it writes nothing that is counted. */
  private Kind kindOf(String owner, String name) {
    String type = ofTheJdk(owner);
    if (type.equals("java/lang/invoke/VarHandle")) {
      return switch (name) {
        case "setVolatile" -> Kind.VOLATILE;
        case "setRelease", "setOpaque" -> Kind.ORDERED;
        case "fullFence" -> Kind.FENCE;
        default -> isReadAndWrite(name) ? Kind.ATOMIC : null;
      };
    }
    if (type.startsWith(CONCURRENT + "atomic/")) {
      return switch (name) {
        case "set" -> Kind.VOLATILE;
        case "lazySet", "setRelease", "setOpaque" -> Kind.ORDERED;
        default -> isReadAndWrite(name) || CHANGING.contains(name) ? Kind.ATOMIC : null;
      };
    }
    if (type.startsWith(CONCURRENT + "locks/") && LOCKING.contains(name)) {
      return Kind.LOCK;
    }
    return type.startsWith(CONCURRENT) && PUTTING.contains(name) ? Kind.HAND_OVER : null;
  }

  private static boolean isReadAndWrite(String name) {
    return name.startsWith("compareAnd")
        || name.startsWith("weakCompareAnd")
        || name.startsWith("getAnd");
  }

  /** The type itself, or the first one above it that is not of the library. */
  private String ofTheJdk(String type) {
    String above = type;
    while (above.startsWith(LIBRARY)) {
      above = declared(above).superclass();
    }
    return above;
  }

  /** Whether a field is volatile, that {@code type} declares or inherits. */
  private boolean isVolatile(String type, String field) {
    for (String above = type; above.startsWith(LIBRARY); above = declared(above).superclass()) {
      Boolean found = declared(above).volatileByField().get(field);
      if (found != null) {
        return found;
      }
    }
    return false;
  }

  private Declared declared(String type) {
    return declared.computeIfAbsent(type, this::read);
  }

  private Declared read(String type) {
    ClassReader reader;
    try {
      reader = new ClassReader(original(type.replace('/', '.')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Boolean> fields = new HashMap<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public FieldVisitor visitField(
              int access, String name, String descriptor, String signature, Object value) {
            fields.put(name, (access & Opcodes.ACC_VOLATILE) != 0);
            return null;
          }
        },
        ClassReader.SKIP_CODE);
    return new Declared(reader.getSuperName(), fields);
  }

  private final class Telling extends MethodVisitor {
    private final String method;
    private final boolean isSynchronized;

    Telling(MethodVisitor into, String method, boolean isSynchronized) {
      super(Opcodes.ASM9, into);
      this.method = method;
      this.isSynchronized = isSynchronized;
    }

    private void tell(Kind kind) {
      super.visitLdcInsn(SharedWrites.number(new Place(kind, method)));
      super.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, "count", "(I)V", false);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      if (isSynchronized) {
        tell(Kind.LOCK);
      }
    }

    @Override
    public void visitInsn(int opcode) {
      if (opcode == Opcodes.MONITORENTER) {
        tell(Kind.LOCK);
      }
      super.visitInsn(opcode);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
      if ((opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC) && isVolatile(owner, name)) {
        tell(Kind.VOLATILE);
      }
      super.visitFieldInsn(opcode, owner, name, descriptor);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      Kind kind = kindOf(owner, name);
      if (kind != null) {
        tell(kind);
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    /** A method that is passed on by its name cannot be counted where it is called. */
    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      for (Object argument : arguments) {
        if (argument instanceof Handle handle
            && kindOf(handle.getOwner(), handle.getName()) != null) {
          throw new IllegalStateException(
              method + " refers to " + handle.getName() + " by name: let it be a lambda.");
        }
      }
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
      super.visitMaxs(maxStack + 1, maxLocals);
    }
  }
}
