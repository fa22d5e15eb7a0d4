package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Program.Outcome;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A consumer that has been compiled against netpoll-api alone is told what is missing when it runs.
 * Those that miss nothing are the projects of {@code src/it}.
 */
@Timeout(120)
class ConsumerTest {
  @TempDir private Path directory;

  @Test
  void withTheApiAlone_itIsToldAllThreeCauses() throws Exception {
    Consumer.compile(classes());
    assertThat(failure(withConsumer("api")))
        .contains(
            "the artifact io.netpoll:netpoll-server is missing: add it",
            "META-INF/services/io.netpoll.spi.ServerProvider was lost",
            "ServicesResourceTransformer",
            "--add-modules io.netpoll.server.")
        .doesNotContain("is here");
  }

  @Test
  void withoutTheClient_itIsToldWhichArtifactToAdd() throws Exception {
    Consumer.compile(classes());
    assertThat(failure(withConsumer("api", "buffer", "core", "server", "poller-nio")))
        .contains("the artifact io.netpoll:netpoll-client is missing: add it");
  }

  @Test
  void withMergedJarsThatLostTheServiceFiles_itIsToldThatItIsThis() throws Exception {
    Consumer.compile(classes());
    for (String module : List.of("api", "buffer", "core", "server", "client", "poller-nio")) {
      Classes.copy(
          Modules.all().get(module),
          classes(),
          name -> name.endsWith(".class") && !name.endsWith("module-info.class"));
    }
    assertThat(failure(classes().toString()))
        .contains("It is the line that was lost: the class io.netpoll.server.Server is here.");
  }

  @Test
  void withoutABackend_itIsToldWhichRunsEverywhere() throws Exception {
    Consumer.compile(classes());
    assertThat(failure(withConsumer("api", "buffer", "core", "server", "client")))
        .contains(
            "PollerUnavailableException",
            "the artifact io.netpoll:netpoll-poller-nio is missing: add it");
  }

  @Test
  void withEpollAloneOnAnotherSystem_itIsToldWhichRunsEverywhere() throws Exception {
    Consumer.compile(classes());
    String path = withConsumer("api", "buffer", "core", "server", "client", "poller-epoll");
    assertThat(failure(path, "-Dos.name=Windows 11"))
        .contains(
            "epoll (epoll is a part of Linux, and this is Windows 11.)",
            "the artifact io.netpoll:netpoll-poller-nio is missing: add it",
            "--add-modules io.netpoll.poller.nio.");
  }

  @Test
  void aBackendIsNamedInAnyCase_andAnUnknownOneIsRefusedWithThoseThatThereAre() throws Exception {
    Consumer.compile(classes());
    String path = withConsumer("api", "buffer", "core", "server", "client", "poller-nio");
    assertThat(run("-Dio.netpoll.poller=NIO", "-classpath", path, "consumer.Main").out())
        .containsExactly("echoed hello over nio");
    // The small i of Turkish has no dot where its capital has none.
    assertThat(
            run(
                    "-Duser.language=tr",
                    "-Duser.country=TR",
                    "-Dio.netpoll.poller=NIO",
                    "-Dio.netpoll.execution=INLINE",
                    "-classpath",
                    path,
                    "consumer.Main")
                .out())
        .containsExactly("echoed hello over nio");
    assertThat(failure(path, "-Dio.netpoll.poller=kqueue"))
        .contains("There is no poller backend kqueue.", "On the path: nio (available).")
        .doesNotContain("netpoll-poller-kqueue");
  }

  @Test
  void withAServiceLineWhoseClassIsGone_theOtherBackendServes_andTheLineIsLoggedOnce()
      throws Exception {
    Consumer.compile(classes());
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

  /** What it says when it fails. */
  private static String failure(String path, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-classpath", path, "consumer.Main"));
    Outcome outcome = run(arguments.toArray(String[]::new));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    return String.join("\n", outcome.err());
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
    return classes() + File.pathSeparator + Modules.path(modules);
  }
}
