package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program runs as a named module among those of the library. */
class ModulePathTest {
  private static final String MAIN = "consumer/consumer.Main";

  @Test
  void onTheModulePath_itRuns() throws Exception {
    assertEchoes(java(Path.of(System.getProperty("java.home"))), "--module-path", modulePath());
  }

  @Test
  void inARunTimeImage_itRuns(@TempDir Path directory) throws Exception {
    Path image = directory.resolve("image");
    link(image);
    assertEchoes(java(image));
  }

  private static void link(Path image) {
    StringWriter messages = new StringWriter();
    PrintWriter writer = new PrintWriter(messages);
    int code =
        ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(
                writer,
                writer,
                "--module-path",
                modulePath(),
                "--add-modules",
                "consumer,io.netpoll.server,io.netpoll.client,io.netpoll.poller.nio",
                "--output",
                image.toString());
    assertEquals(0, code, messages::toString);
  }

  private static void assertEchoes(String... command) throws IOException, InterruptedException {
    List<String> all =
        Stream.concat(Stream.of(command), Stream.of("--module", MAIN)).collect(Collectors.toList());
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals("echoed hello over nio", said.strip());
  }

  private static String java(Path home) {
    return home.resolve("bin").resolve("java").toString();
  }

  /** The program and the jars of the library; those of the tests are left out. */
  private static String modulePath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry ->
                Path.of(entry).endsWith("classes")
                    || Path.of(entry).getFileName().toString().startsWith("netpoll-"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
