package io.netpoll.it.reliability;

import io.netpoll.it.RewritingLoader;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads the library once more, and has it ask {@link Allocations} before it allocates: objects,
 * arrays, lambdas, and what collections of the JDK allocate when something is put into them. Static
 * initialisers do not ask: a class that fails there is lost for good, and what classes a step needs
 * is another test's matter.
 */
final class AllocationLoader extends RewritingLoader {
  /** Its pages are direct memory, and it has rules of its own for when there is none. */
  private static final String POOL = "io.netpoll.buffer.";

  private static final String HOOK = Allocations.class.getName().replace('.', '/');

  AllocationLoader(ClassLoader parent) {
    super("allocations", parent, Allocations.class, AllocationSubject.class);
  }

  @Override
  protected byte[] rewritten(String name, byte[] bytes) {
    return asking(bytes, !name.startsWith(POOL));
  }

  private static byte[] asking(byte[] bytes, boolean direct) {
    ClassWriter writer = new ClassWriter(0);
    new ClassReader(bytes)
        .accept(
            new ClassVisitor(Opcodes.ASM9, writer) {
              @Override
              public MethodVisitor visitMethod(
                  int access,
                  String name,
                  String descriptor,
                  String signature,
                  String[] exceptions) {
                MethodVisitor into =
                    super.visitMethod(access, name, descriptor, signature, exceptions);
                return name.equals("<clinit>") ? into : new Asking(into, direct);
              }
            },
            0);
    return writer.toByteArray();
  }

  private static final class Asking extends MethodVisitor {
    private static final List<String> PUTTING =
        List.of("add", "addLast", "offer", "put", "putIfAbsent", "compute", "merge");

    private final boolean direct;

    Asking(MethodVisitor into, boolean direct) {
      super(Opcodes.ASM9, into);
      this.direct = direct;
    }

    private void ask(String hook) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, hook, "()V", false);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      if (opcode == Opcodes.ANEWARRAY) {
        ask("allocating");
      }
      super.visitTypeInsn(opcode, type);
      if (opcode == Opcodes.NEW) {
        ask("allocating"); // behind: a frame may name the place of the instruction
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      if (opcode == Opcodes.NEWARRAY) {
        ask("allocating");
      }
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      ask("allocating");
      super.visitMultiANewArrayInsn(descriptor, dimensions);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, org.objectweb.asm.Handle bootstrap, Object... arguments) {
      if (!descriptor.startsWith("()")) { // one that captures nothing is made once
        ask("allocating");
      }
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (owner.equals("java/nio/ByteBuffer") && name.equals("allocateDirect")) {
        ask(direct ? "allocatingDirect" : "allocating");
      } else if (owner.startsWith("java/util/")
          && (PUTTING.contains(name) || name.startsWith("copyOf"))) {
        ask("allocating");
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }
  }
}
