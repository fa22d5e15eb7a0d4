package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * No published class takes a monitor: before JDK 24 a virtual thread that waits inside one pins its
 * carrier, and the library's own code would be the reason.
 */
class NoMonitorTest {

  static Stream<String> modules() {
    return Modules.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void noMethod_takesAMonitor(String module) throws IOException {
    List<String> found = new ArrayList<>();
    int classes =
        Classes.forEach(
            Modules.all().get(module),
            bytes ->
                new ClassReader(bytes)
                    .accept(
                        new MonitorFinder(found),
                        ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES));
    assertThat(found).isEmpty();
    assertThat(classes).isPositive();
  }

  private static final class MonitorFinder extends ClassVisitor {
    private final List<String> found;
    private String className = "";

    MonitorFinder(List<String> found) {
      super(Opcodes.ASM9);
      this.found = found;
    }

    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String superName,
        String[] interfaces) {
      className = name.replace('/', '.');
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      String method = className + "." + name;
      if ((access & Opcodes.ACC_SYNCHRONIZED) != 0) {
        found.add(method + " is synchronized");
      }
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitInsn(int opcode) {
          if (opcode == Opcodes.MONITORENTER) {
            found.add(method + " has a synchronized block");
          }
        }
      };
    }
  }
}
