package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The program runs as a named module among those of the library. */
class ModulePathTest {
  private static final String MAIN = "consumer/consumer.Main";
  private static final Path HOME = Path.of(System.getProperty("java.home"));

  /** All but the epoll backend and the automatic modules that it needs. */
  private static final Predicate<String> LINKED =
      entry -> {
        String name = Path.of(entry).getFileName().toString();
        return !name.startsWith("netpoll-poller-epoll-") && !isJffi(name);
      };

  @TempDir private Path directory;

  @Test
  void onTheModulePath_itRuns() throws Exception {
    assertEchoes("nio", java(HOME), "--module-path", path(LINKED));
  }

  /** What cannot be linked is found beside the image. */
  @Test
  void inARunTimeImage_itRuns_overEpollWhereThatIsBesideIt() throws Exception {
    Path image = directory.resolve("image");
    link(image, "consumer,io.netpoll.server,io.netpoll.client,io.netpoll.poller.nio");
    assertEchoes("nio", java(image));
    if (OS.LINUX.isCurrentOs()) {
      assertEchoes(
          "epoll",
          java(image),
          "--module-path",
          path(LINKED.negate()),
          "--enable-native-access=org.jnrproject.jffi");
    }
  }

  @Test
  void inARunTimeImageWithoutTheServer_itSaysWhichModuleToAdd() throws Exception {
    Path image = directory.resolve("image");
    link(image, "consumer");
    String said = run(1, java(image));
    assertTrue(said.contains("--add-modules io.netpoll.server."), said);
  }

  private static void link(Path image, String modules) {
    StringWriter messages = new StringWriter();
    PrintWriter writer = new PrintWriter(messages);
    int code =
        ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(
                writer,
                writer,
                "--module-path",
                path(LINKED),
                "--add-modules",
                modules,
                "--output",
                image.toString());
    assertEquals(0, code, messages::toString);
  }

  private void assertEchoes(String backend, String... command) throws Exception {
    assertEquals("echoed hello over " + backend, run(0, command).strip());
  }

  /** What it prints, or, when it is to fail, the reason that it gives; it may log as well. */
  private String run(int code, String... command) throws Exception {
    List<String> all =
        Stream.concat(Stream.of(command), Stream.of("--module", MAIN)).collect(Collectors.toList());
    Path errors = directory.resolve("errors");
    Process process = new ProcessBuilder(all).redirectError(errors.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int ended = process.waitFor();
    String said = Files.readString(errors);
    assertEquals(code, ended, said);
    return code == 0 ? out : said;
  }

  private static String java(Path home) {
    return home.resolve("bin").resolve("java").toString();
  }

  /** Those of the program's and the library's jars that pass; those of the tests are left out. */
  private static String path(Predicate<String> which) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry -> {
              String name = Path.of(entry).getFileName().toString();
              return name.equals("classes") || name.startsWith("netpoll-") || isJffi(name);
            })
        .filter(which)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static boolean isJffi(String name) {
    return name.startsWith("jffi-");
  }
}
