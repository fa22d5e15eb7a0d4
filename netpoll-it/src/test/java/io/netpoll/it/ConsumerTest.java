package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Program.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * A consumer that has been compiled against netpoll-api alone is told which artifact is missing
 * when it runs. Those that miss none are the projects of {@code src/it}.
 */
@Timeout(120)
class ConsumerTest {
  private static final Path MAIN = Path.of("src", "it", "common", "main", "consumer", "Main.java");

  @TempDir private Path directory;

  @Test
  void withTheApiAlone_itIsToldWhichArtifactToAdd() throws Exception {
    compile();
    assertFailsNaming("io.netpoll:netpoll-server", "api");
  }

  @Test
  void withoutABackend_itIsToldSo() throws Exception {
    compile();
    assertFailsNaming("PollerUnavailableException", "api", "buffer", "core", "server", "client");
  }

  @Test
  void withoutTheClient_itIsToldWhichArtifactToAdd() throws Exception {
    compile();
    assertFailsNaming("io.netpoll:netpoll-client", "api", "buffer", "core", "server", "poller-nio");
  }

  @Test
  void withAServiceLineWhoseClassIsGone_theOtherBackendServes_andTheLineIsLoggedOnce()
      throws Exception {
    compile();
    Path minimised = directory.resolve("minimised");
    Path services = minimised.resolve("META-INF/services/io.netpoll.spi.PollerProvider");
    Files.createDirectories(services.getParent());
    Files.writeString(services, "io.netpoll.epoll.EpollPollerProvider\n");
    Outcome outcome =
        run(
            "-classpath",
            minimised
                + File.pathSeparator
                + withConsumer("api", "buffer", "core", "server", "client", "poller-nio"),
            "consumer.Main");
    assertThat(outcome.out()).as("%s", outcome.err()).containsExactly("echoed hello over nio");
    assertThat(outcome.err())
        .filteredOn(line -> line.contains("io.netpoll.epoll.EpollPollerProvider not found"))
        .hasSize(1);
  }

  private void assertFailsNaming(String part, String... modules) throws Exception {
    Outcome outcome = run("-classpath", withConsumer(modules), "consumer.Main");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(String.join("\n", outcome.err())).contains(part);
  }

  private void compile() throws IOException {
    StringWriter messages = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-Werror", "--release", "17", "-cp", path("api"), "-d", classes().toString());
      boolean compiled =
          compiler
              .getTask(
                  messages, manager, null, options, null, manager.getJavaFileObjects(MAIN.toFile()))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
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
