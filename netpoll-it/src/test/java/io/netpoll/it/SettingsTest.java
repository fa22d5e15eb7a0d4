package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.internal.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** One place reads the system properties of this library, and one page says what they are. */
class SettingsTest {
  private static final Path TUNING = Path.of("..", "docs", "tuning.md");
  private static final String READER = Setting.class.getName().replace('.', '/');

  static Stream<String> modules() {
    return Modules.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void noOtherClassReadsOne(String module) throws IOException {
    List<String> found = new ArrayList<>();
    Classes.forEach(Modules.all().get(module), bytes -> scan(bytes, found));
    assertThat(found).isEmpty();
  }

  @Test
  void thePageNamesThemAll() throws IOException {
    Set<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(TUNING)) {
      if (line.startsWith("| `io.netpoll.")) {
        Matcher name =
            Pattern.compile("`(io\\.netpoll\\.[a-zA-Z.]+)`").matcher(line.split("\\|")[1]);
        while (name.find()) {
          documented.add(name.group(1));
        }
      }
    }
    Set<String> known = new TreeSet<>();
    for (Setting setting : Setting.values()) {
      known.add(setting.property());
    }
    assertThat(documented).isEqualTo(known);
  }

  private static void scan(InputStream bytes, List<String> found) throws IOException {
    ClassReader reader = new ClassReader(bytes);
    if (!reader.getClassName().equals(READER)) {
      reader.accept(
          new ReadFinder(reader.getClassName(), found),
          ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }
  }

  /**
   * Finds Integer.getInteger and its like, and System.getProperty where the name is one of ours.
   */
  private static final class ReadFinder extends ClassVisitor {
    private final String className;
    private final List<String> found;

    ReadFinder(String className, List<String> found) {
      super(Opcodes.ASM9);
      this.className = className;
      this.found = found;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        private boolean ours;

        @Override
        public void visitLdcInsn(Object value) {
          ours |= value instanceof String text && text.startsWith("io.netpoll.");
        }

        @Override
        public void visitMethodInsn(
            int opcode, String owner, String method, String type, boolean isInterface) {
          boolean reads =
              switch (owner + "." + method) {
                case "java/lang/Integer.getInteger",
                    "java/lang/Long.getLong",
                    "java/lang/Boolean.getBoolean",
                    "java/lang/System.getProperty" ->
                    true;
                default -> false;
              };
          if (reads && ours) {
            found.add(className + "." + name + " calls " + owner + "." + method);
          }
        }
      };
    }
  }
}
