package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.internal.Version;
import io.netpoll.it.Program.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A module that was built in another version than the others serves nobody, and says so. */
@Timeout(120)
class MixedVersionsTest {
  private static final String OTHER = "0.0.9";
  private static final List<String> ALL =
      List.of("api", "buffer", "core", "server", "client", "poller-nio", "poller-epoll");

  @TempDir private Path directory;

  @BeforeEach
  void compile() throws IOException {
    Consumer.compile(classes());
  }

  @Test
  void modulesOfOneVersion_serve() throws Exception {
    String path = path(ALL);
    assertThat(run("-classpath", classes() + File.pathSeparator + path).out())
        .singleElement()
        .asString()
        .startsWith("echoed hello over ");
    assertThat(onTheModulePath(path).out())
        .singleElement()
        .asString()
        .startsWith("echoed hello over ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"api", "buffer", "core", "server", "client", "poller-nio", "poller-epoll"})
  void oneOfAnotherVersion_isRefusedOnTheClassPath(String module) throws Exception {
    assertRefused(
        module, run("-classpath", classes() + File.pathSeparator + pathWithAnother(module)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"buffer", "poller-nio"})
  void oneOfAnotherVersion_isRefusedOnTheModulePath(String module) throws Exception {
    assertRefused(module, onTheModulePath(pathWithAnother(module)));
  }

  private static void assertRefused(String module, Outcome outcome) {
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.code()).isEqualTo(1);
    boolean isApi = module.equals("api");
    assertThat(String.join("\n", outcome.err()))
        .containsPattern(
            (isApi ? "netpoll-[a-z-]+" : "netpoll-" + module)
                + " is of version "
                + (isApi ? Version.CURRENT : OTHER)
                + ", but netpoll-api is of version "
                + (isApi ? OTHER : Version.CURRENT)
                + ": use netpoll-bom");
  }

  private Outcome onTheModulePath(String path) throws Exception {
    return run(
        "--module-path",
        path,
        "--add-modules",
        "io.netpoll.server,io.netpoll.client,io.netpoll.poller.nio,io.netpoll.poller.epoll",
        "-classpath",
        classes().toString());
  }

  private static Outcome run(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("consumer.Main");
    try (Program program = Program.java(arguments)) {
      return program.outcome();
    }
  }

  private Path classes() {
    return directory.resolve("classes");
  }

  /** All modules, with one as it would be if it had been built in another version. */
  private String pathWithAnother(String module) throws IOException {
    Path other = directory.resolve(module);
    Classes.copy(Modules.all().get(module), other, name -> true);
    int changed = 0;
    try (Stream<Path> files = Files.walk(other)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".class")).toList()) {
        ClassReader before = new ClassReader(Files.readAllBytes(file));
        ClassWriter after = new ClassWriter(before, 0);
        VersionChange change = new VersionChange(after);
        before.accept(change, 0);
        if (change.made) {
          Files.write(file, after.toByteArray());
          changed++;
        }
      }
    }
    assertThat(changed).as("classes of " + module + " that know its version").isPositive();
    return other
        + File.pathSeparator
        + path(ALL.stream().filter(each -> !each.equals(module)).toList());
  }

  private static String path(List<String> modules) {
    Stream<String> jffi =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> Path.of(entry).getFileName().toString().startsWith("jffi-"));
    return Stream.concat(Stream.of(Modules.path(modules.toArray(String[]::new))), jffi)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Replaces the version of this build where code names it. */
  private static final class VersionChange extends ClassVisitor {
    boolean made;

    VersionChange(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(
          Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
        @Override
        public void visitLdcInsn(Object value) {
          boolean isVersion = value.equals(Version.CURRENT);
          made |= isVersion;
          super.visitLdcInsn(isVersion ? OTHER : value);
        }
      };
    }
  }
}
