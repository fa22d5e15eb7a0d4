package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Program.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A consumer compiles against netpoll-api alone, and runs, on the class path, on the module path
 * and in a run-time image, with the other artifacts added; where one is missing it is told which.
 */
@Timeout(120)
class ConsumerTest {
  private static final String[] PARTS = {"api", "buffer", "core", "server", "client", "poller-nio"};
  private static final String NIO = "io.netpoll.poller.nio";
  private static final String ECHOED = "echoed hello over nio";

  @TempDir private Path directory;

  @Test
  void onTheClassPath_itRuns() throws Exception {
    compile("-classpath", path("api"), "Main.java");
    assertEchoed(run("-classpath", withConsumer(PARTS), "consumer.Main"));
  }

  @Test
  void onTheModulePath_itRuns() throws Exception {
    compile("--module-path", path("api"), "Main.java", "module-info.java");
    assertEchoed(run("--module-path", withConsumer(PARTS), "--module", "consumer/consumer.Main"));
  }

  @Test
  void inARunTimeImage_itRuns() throws Exception {
    compile("--module-path", path("api"), "Main.java", "module-info.java");
    Path image = directory.resolve("image");
    link(image, withConsumer(PARTS), "consumer,io.netpoll.server,io.netpoll.client," + NIO);
    try (Program program = Program.java(image, List.of("--module", "consumer/consumer.Main"))) {
      assertEchoed(program.outcome());
    }
  }

  @Test
  void withABackendThatCannotRun_itFallsBackAndSaysSoOnce() throws Exception {
    compile("-classpath", path("api"), "Main.java");
    String withoutJffi = withConsumer(PARTS) + File.pathSeparator + path("poller-epoll");
    Outcome outcome =
        run(
            "-Djava.util.logging.SimpleFormatter.format=%5$s%n",
            "-classpath", withoutJffi, "consumer.Main");
    assertThat(outcome.out()).containsExactly(ECHOED);
    assertThat(outcome.err()).hasSize(1);
    assertThat(outcome.err().get(0)).contains("epoll", "not used");
    assertThat(outcome.code()).isZero();
  }

  @Test
  void withTheApiAlone_itIsToldWhichArtifactToAdd() throws Exception {
    compile("-classpath", path("api"), "Main.java");
    assertFailsNaming("io.netpoll:netpoll-server", "api");
  }

  @Test
  void withoutABackend_itIsToldSo() throws Exception {
    compile("-classpath", path("api"), "Main.java");
    assertFailsNaming("PollerUnavailableException", "api", "buffer", "core", "server", "client");
  }

  @Test
  void withoutTheClient_itIsToldWhichArtifactToAdd() throws Exception {
    compile("-classpath", path("api"), "Main.java");
    assertFailsNaming("io.netpoll:netpoll-client", "api", "buffer", "core", "server", "poller-nio");
  }

  private static void assertEchoed(Outcome outcome) {
    assertThat(outcome.out()).as("with standard error: %s", outcome.err()).containsExactly(ECHOED);
    assertThat(outcome.code()).isZero();
  }

  private void assertFailsNaming(String part, String... modules) throws Exception {
    Outcome outcome = run("-classpath", withConsumer(modules), "consumer.Main");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(String.join("\n", outcome.err())).contains(part);
  }

  /** Compiles sources with the given path option, and any warning is a failure. */
  private void compile(String pathOption, String path, String... sources) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String source : sources) {
      Path file = directory.resolve("src").resolve(source);
      Files.createDirectories(file.getParent());
      try (InputStream text = getClass().getResourceAsStream("/consumer/" + source + ".txt")) {
        Files.write(file, Objects.requireNonNull(text).readAllBytes());
      }
      files.add(file);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  manager,
                  null,
                  List.of(
                      "-Werror", "--release", "17", pathOption, path, "-d", classes().toString()),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }

  private static void link(Path image, String modulePath, String modules) {
    StringWriter messages = new StringWriter();
    PrintWriter writer = new PrintWriter(messages);
    int code =
        java.util.spi.ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(
                writer,
                writer,
                "--module-path",
                modulePath,
                "--add-modules",
                modules,
                "--output",
                image.toString());
    assertThat(code).as(messages.toString()).isZero();
  }

  private static Outcome run(String... arguments) throws Exception {
    try (Program program = Program.java(List.of(arguments))) {
      return program.outcome();
    }
  }

  private Path classes() {
    return directory.resolve("classes");
  }

  private String withConsumer(String... modules) {
    return classes() + File.pathSeparator + path(modules);
  }

  private static String path(String... modules) {
    Map<String, Path> all = Modules.all();
    return Stream.of(modules)
        .map(module -> Objects.requireNonNull(all.get(module), module).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
