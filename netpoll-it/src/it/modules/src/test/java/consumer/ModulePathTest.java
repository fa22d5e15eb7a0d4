package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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

  @Test
  void onTheModulePath_itRuns() throws Exception {
    assertEchoes("nio", java(HOME), "--module-path", path(LINKED));
  }

  /** What cannot be linked is found beside the image. */
  @Test
  void inARunTimeImage_itRuns_overEpollWhereThatIsBesideIt(@TempDir Path directory)
      throws Exception {
    Path image = directory.resolve("image");
    link(image, "consumer,io.netpoll.server,io.netpoll.client,io.netpoll.poller.nio");
    assertEchoes("nio", java(image));
    if (OS.LINUX.isCurrentOs()) {
      assertEchoes("epoll", java(image), "--module-path", path(LINKED.negate()));
    }
  }

  @Test
  void inARunTimeImageWithoutTheServer_itSaysWhichModuleToAdd(@TempDir Path directory)
      throws Exception {
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

  private static void assertEchoes(String backend, String... command) throws Exception {
    assertEquals("echoed hello over " + backend, run(0, command).strip());
  }

  private static String run(int code, String... command) throws Exception {
    List<String> all =
        Stream.concat(Stream.of(command), Stream.of("--module", MAIN)).collect(Collectors.toList());
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(code, process.waitFor(), said);
    return said;
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
