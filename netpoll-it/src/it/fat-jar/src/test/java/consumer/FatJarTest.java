package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What each of the merged jars does, and says. */
class FatJarTest {
  private static final boolean IS_LINUX = System.getProperty("os.name").startsWith("Linux");

  @Test
  void withMergedServiceFiles_itRunsOverTheBestBackend() throws Exception {
    String said = run("merged");
    assertTrue(said.contains("echoed hello over " + (IS_LINUX ? "epoll" : "nio")), said);
    assertTrue(said.contains("The poller backend is " + (IS_LINUX ? "epoll." : "nio.")), said);
  }

  @Test
  void withTheFirstServiceFileOnly_theLogSaysWhyTheOtherBackendIsNotUsed() throws Exception {
    String said = run("careless");
    assertTrue(said.contains("echoed hello over nio"), said);
    assertTrue(
        said.contains(
            "The poller backend is nio. epoll is not used: Its classes are here, but no line in"
                + " META-INF/services/io.netpoll.spi.PollerProvider names it;"),
        said);
  }

  private static String run(String jar) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of("target", "fat-jar-1-" + jar + ".jar").toString(),
                "consumer.UntilLogged")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
