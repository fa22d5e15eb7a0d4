package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Listener;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Restart without downtime: a second process takes over while the first drains, and no client that
 * connects, asks and closes, again and again, notices.
 */
@Timeout(120)
class RestartTest {
  private static final int SIGTERM_CODE = 128 + 15;
  private static final int FIRST_INHERITED = 3;
  private static final String LISTENING = "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=echo";

  @TempDir Path directory;

  /** The epoll backend runs here, and with it what starts processes. */
  @BeforeEach
  void onLinux() {
    assumeTrue(Setting.all().stream().anyMatch(each -> each.backend().equals("epoll")));
  }

  private static List<String> server(String... arguments) {
    return Stream.concat(Stream.of(RestartedServer.class.getName()), Arrays.stream(arguments))
        .toList();
  }

  @Test
  void bySocketActivation_onEpoll() throws Exception {
    restart(FIRST_INHERITED, LISTENING, "epoll", "inherited");
  }

  @Test
  void byStandardInput_onNio() throws Exception {
    restart(0, "", "nio", "standard-input");
  }

  @Test
  void byStandardInput_onNioBesideEpoll() throws Exception {
    restart(0, "", "epoll", "standard-input");
  }

  private void restart(int descriptor, String variables, String... arguments) throws Exception {
    List<String> main = server(arguments);
    try (Launcher launcher = new Launcher();
        Customers customers = new Customers(launcher.port())) {
      var first = launcher.start(descriptor, directory.resolve("first"), variables, main);
      customers.awaitAnswersOf(first.pid());
      var second = launcher.start(descriptor, directory.resolve("second"), variables, main);
      customers.awaitAnswersOf(second.pid());
      first.terminate();
      assertThat(first.exitCode()).isEqualTo(SIGTERM_CODE);
      customers.awaitAnswersOf(second.pid());
      assertThat(customers.failures()).as(output()).isEmpty();
    }
  }

  private String output() throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        all.append(file.getFileName()).append(": ").append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void byReusePort_onEpoll() throws Exception {
    try (Program first = startReusing("0")) {
      String port = first.firstLine();
      try (Customers customers = new Customers(Integer.parseInt(port));
          Program second = startReusing(port)) {
        customers.awaitAnswersOf(first.pid());
        assertThat(second.firstLine()).isEqualTo(port);
        customers.awaitAnswersOf(second.pid());
        first.terminate();
        assertThat(first.outcome().code()).isEqualTo(SIGTERM_CODE);
        customers.awaitAnswersOf(second.pid());
        assertThat(customers.failures()).isEmpty();
      }
    }
  }

  private static Program startReusing(String port) throws IOException {
    List<String> command = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(server("epoll", port));
    return Program.java(command);
  }

  @Test
  void aConnectionThatTheFirstHasAccepted_isServedToItsEnd() throws Exception {
    List<String> main = server("epoll", "inherited");
    try (Launcher launcher = new Launcher();
        Socket early = new Socket(InetAddress.getLoopbackAddress(), launcher.port())) {
      var first = launcher.start(FIRST_INHERITED, directory.resolve("first"), LISTENING, main);
      ask(early, first.pid());
      first.terminate();
      ask(early, first.pid());
      early.shutdownOutput();
      assertThat(first.exitCode()).isEqualTo(SIGTERM_CODE);
    }
  }

  private static void ask(Socket socket, long pid) throws IOException {
    socket.getOutputStream().write('?');
    assertThat(new DataInputStream(socket.getInputStream()).readLong()).isEqualTo(pid);
  }

  @Test
  void onNio_inheritedDescriptorsAreRefusedWithASentence() throws Exception {
    assertRefused(
        LISTENING,
        server("nio", "inherited"),
        "UnsupportedOperationException: The nio backend cannot open the descriptors of LISTEN_FDS,"
            + " which is 1: use a group on the epoll backend, or have one socket handed over as"
            + " standard input, and Listener.Builder.standardInput().");
  }

  @Test
  void descriptorsForAnotherProcessAreRefusedWithASentence() throws Exception {
    assertRefused(
        "LISTEN_PID=1 LISTEN_FDS=1",
        server("epoll", "inherited"),
        "IllegalStateException: The descriptors of LISTEN_FDS, which is 1, are for another process,"
            + " since LISTEN_PID is 1 and this one is ");
  }

  @Test
  void aStandardInputThatIsNoListeningSocketIsRefusedWithASentence() throws Exception {
    try (Program program =
        Program.java(
            Stream.concat(
                    Stream.of("-cp", System.getProperty("java.class.path")),
                    server("nio", "standard-input").stream())
                .toList())) {
      assertThat(program.outcome().err())
          .anyMatch(
              line ->
                  line.contains(
                      "IllegalStateException: The standard input of this process is no socket:"));
    }
  }

  private void assertRefused(String variables, List<String> main, String message) throws Exception {
    Path output = directory.resolve("refused");
    try (Launcher launcher = new Launcher()) {
      var child = launcher.start(FIRST_INHERITED, output, variables, main);
      assertThat(child.exitCode()).isEqualTo(1);
      assertThat(Files.readString(output)).contains(message);
    }
  }

  @Test
  void aProcessThatInheritsNothingIsToldSo() throws Exception {
    assumeTrue(System.getenv("LISTEN_FDS") == null);
    assertThat(Listener.inherited()).isEmpty();
  }
}
