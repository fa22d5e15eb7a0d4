package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.PollerProvider.Availability;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Why the backend cannot run, told in a process of its own where a process can be told only once.
 */
@Timeout(60)
class AvailabilityTest {
  /** Without it newer JDKs warn. */
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path directory;

  /** Run in a process of its own: prints the answer, twice. */
  static final class Ask {
    private Ask() {}

    public static void main(String[] args) {
      System.out.println(new EpollPollerProvider().availability());
      System.out.println(new EpollPollerProvider().availability());
    }
  }

  /** Run in a process of its own: does what a ServiceLoader and a choice of another backend do. */
  static final class Look {
    private Look() {}

    public static void main(String[] args) {
      EpollPollerProvider provider = new EpollPollerProvider();
      System.out.println(provider.name() + provider.priority() + provider.threadAffine());
    }
  }

  /** Run in a process of its own: prints what is in the directory of temporary files then. */
  static final class Leftovers {
    private Leftovers() {}

    public static void main(String[] args) {
      System.out.println(new EpollPollerProvider().availability().available());
      System.out.println(List.of(new File(System.getProperty("java.io.tmpdir")).list()));
      System.out.println(System.getProperty("jffi.boot.library.path"));
    }
  }

  private static List<String> java(Path workingDirectory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    return run(workingDirectory, command);
  }

  private static List<String> run(Path workingDirectory, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(workingDirectory.toFile());
    builder.environment().put("CLASSPATH", absoluteClassPath());
    Process process = builder.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output.lines().toList();
    } finally {
      process.destroy();
    }
  }

  private static String absoluteClassPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void assertRefused(List<String> output, String reason) {
    assertThat(output)
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("Availability[available=false, reason=")
                    .containsIgnoringCase(reason));
  }

  @Test
  void notOnAnotherSystem() {
    Availability answer = new EpollPollerProvider("Mac OS X", "aarch64").availability();

    assertThat(answer.available()).isFalse();
    assertThat(answer.reason()).isEqualTo("epoll is a part of Linux, and this is Mac OS X.");
  }

  @Test
  void notOnAnotherCpu() {
    Availability answer = new EpollPollerProvider("Linux", "riscv64").availability();

    assertThat(answer.available()).isFalse();
    assertThat(answer.reason()).contains("riscv64");
  }

  @Test
  void notWhereTheSystemDeniesOrLacksTheCalls_andThatIsTheLastWord() {
    Map<Integer, String> refusals =
        Map.of(
            Errno.EPERM, "Operation not permitted (EPERM)",
            Errno.EACCES, "Permission denied (EACCES)",
            Errno.ENOSYS, "Function not implemented (ENOSYS)");
    refusals.forEach(
        (errno, words) -> {
          EpollPollerProvider provider = new EpollPollerProvider();
          Availability answer = provider.answer(-errno);

          assertThat(answer.available()).isFalse();
          assertThat(answer.reason()).isEqualTo("The system refuses epoll_create1: " + words + ".");
          assertThat(provider.availability()).isSameAs(answer);
        });
  }

  @Test
  void notWithoutDescriptors_butThatMayChange() {
    EpollPollerProvider provider = new EpollPollerProvider();

    assertThat(provider.answer(-Errno.EMFILE).reason()).contains("Too many open files (EMFILE)");
    assertThat(provider.availability().available()).isTrue();
  }

  @Test
  void whereItRunsThereIsNoWarningOfAnyJdk() throws Exception {
    List<String> output = java(directory, NATIVE_ACCESS, Ask.class.getName());

    assertThat(output)
        .containsExactly(
            "Availability[available=true, reason=]", "Availability[available=true, reason=]");
  }

  /** A process that is killed can leave nothing, then. */
  @Test
  void theFileOfTheNativeCodeIsGoneWhenItIsLoaded() throws Exception {
    List<String> output =
        java(directory, NATIVE_ACCESS, "-Djava.io.tmpdir=" + directory, Leftovers.class.getName());

    assertThat(output).containsExactly("true", "[]", "null");
  }

  @Test
  void theUserMaySayWhereTheNativeCodeIs() throws Exception {
    List<String> output =
        java(
            directory,
            NATIVE_ACCESS,
            "-Djffi.boot.library.path=" + directory,
            Leftovers.class.getName());

    assertThat(output).startsWith("true").endsWith(directory.toString());
  }

  @Test
  void notWhereNativeCodeCannotBeWritten() throws Exception {
    List<String> output =
        java(Path.of("/proc"), NATIVE_ACCESS, "-Djava.io.tmpdir=/proc", Ask.class.getName());

    assertRefused(output, "The native part of jnr cannot be loaded");
  }

  @Test
  void notWhereNativeCodeMayNotBeRun() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String mount = "mount -t tmpfs -o noexec none " + directory;
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")));
    Process possible = new ProcessBuilder("unshare", "-rm", "sh", "-c", mount).start();
    assumeTrue(possible.waitFor(20, TimeUnit.SECONDS) && possible.exitValue() == 0);

    List<String> output =
        run(
            Path.of("/proc"),
            List.of(
                "unshare",
                "-rm",
                "sh",
                "-c",
                mount
                    + " && exec "
                    + java
                    + " "
                    + NATIVE_ACCESS
                    + " -Djava.io.tmpdir="
                    + directory
                    + " \"$0\"",
                Ask.class.getName()));
    assertRefused(output, "The native part of jnr cannot be loaded");
  }

  @Test
  void nothingNativeIsLoadedForAName() throws Exception {
    List<String> output = java(directory, "-Xlog:class+load", Look.class.getName());

    assertThat(output)
        .contains("epoll100false")
        .anyMatch(line -> line.contains("EpollPollerProvider"))
        .noneMatch(line -> line.contains("jffi"));
  }
}
