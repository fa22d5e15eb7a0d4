package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.it.Program;
import io.netpoll.it.Setting;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers, each in a virtual machine of its own, that run out of direct memory, threads, or heap:
 * what does not need more goes on, and all goes on once there is some again. (Out of descriptors:
 * the contract of the backends.)
 */
@Timeout(120)
class ExhaustionTest {
  /** As on two processors: the number of loops, and so of stacks, follows it. */
  private static final List<String> SMALL =
      List.of(
          "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=2", "-Xmx64m");

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  private static List<String> command(Class<?> main, Setting setting, String... options) {
    List<String> command = new ArrayList<>(SMALL);
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.add(setting.backend());
    command.add(setting.execution().mode().label());
    return command;
  }

  private static void assertPrints(Program program, String... lines) throws Exception {
    Program.Outcome outcome = program.outcome();
    assertThat(outcome.out()).as("%s", outcome.err()).containsExactly(lines);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void atTheLimitOfThePool_whoNeedsMoreIsClosed_andItRecovers(Setting setting) throws Exception {
    String limit = "-Dio.netpoll.buffer.maxDirectMemory=" + (8 << 20);
    try (Program program = Program.java(command(ShortOfDirectMemory.class, setting, limit))) {
      assertPrints(
          program,
          "refused by the pool",
          "names the limit: true",
          "names that of the JVM: false",
          "a small request is answered or closed",
          "a large one is closed",
          "later ones are served",
          "who was idle meanwhile goes on");
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void atTheLimitOfTheVirtualMachine_itIsTheSame(Setting setting) throws Exception {
    String limit = "-XX:MaxDirectMemorySize=8m";
    try (Program program = Program.java(command(ShortOfDirectMemory.class, setting, limit))) {
      assertPrints(
          program,
          "refused by the JVM",
          "names the limit: true",
          "names that of the JVM: true",
          "a small request is answered or closed",
          "a large one is closed",
          "later ones are served",
          "who was idle meanwhile goes on");
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whileTheVirtualMachineLooksForMemory_noPollLoopWaitsForIt(Setting setting) throws Exception {
    String limit = "-XX:MaxDirectMemorySize=8m";
    try (Program program = Program.java(command(UsedUpDirectMemory.class, setting, limit))) {
      assertPrints(
          program,
          "memory that could be collected was waited for",
          "without memory it is closed: true",
          "a leader waited for memory: false",
          "others hold it");
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whereNoThreadCanBeStarted_nobodyHangs_andItRecovers(Setting setting) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/limits")), "No shell limits address space here.");
    List<String> command =
        command(
            ShortOfThreads.class,
            setting,
            "-Xss512m",
            "-XX:ReservedCodeCacheSize=32m",
            "-XX:CompressedClassSpaceSize=32m",
            // A scheduler of the JDK that wants a second carrier, and cannot have it, may drop the
            // virtual thread that its first one has just taken.
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Xlog:disable");
    try (Program program = Program.javaWithin("ulimit -v 10000000", command)) {
      assertPrints(
          program,
          "no thread can be started",
          "answered once there are threads: true",
          "accepted meanwhile and answered: true",
          "the one that waited: 4");
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void withTheHeapFull_nobodyHangs_andItRecovers(Setting setting) throws Exception {
    try (Program program = Program.java(command(ShortOfHeap.class, setting))) {
      String[] ports = program.firstLine().split(" ");
      InetSocketAddress server = address(ports[0]);
      try (Socket control = Exhaustion.connect(address(ports[1]))) {
        tell(control, ShortOfHeap.NOTHING);
        for (int i = 0; i < 30; i++) {
          liveAndDie(server, i);
        }
        for (int fullMillis : new int[] {0, 20, 300}) {
          int survived = fill(control, server, fullMillis);
          System.out.printf(
              "%s: %d of 8 survived %d ms of a full heap%n", setting, survived, fullMillis);
        }
      }
    }
  }

  /** The server has seen all this before its heap is full: classes that need one are loaded. */
  private static void liveAndDie(InetSocketAddress server, int number) throws IOException {
    try (Socket socket = Exhaustion.connect(server)) {
      Exhaustion.exchange(socket);
      switch (number % 3) {
        case 0 -> socket.setSoLinger(true, 0); // it is reset
        case 1 -> {
          socket.getOutputStream().write(new byte[] {-1, -1, -1, -1}); // no length of a frame
          assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        default -> {}
      }
    }
  }

  /** Fills the heap for so long, with requests under way; returns how many were answered. */
  private static int fill(Socket control, InetSocketAddress server, int millis) throws Exception {
    List<Socket> early = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        early.add(Exhaustion.connect(server));
        Exhaustion.exchange(early.get(i));
      }
      tell(control, ShortOfHeap.FILL);
      for (Socket each : early) {
        Exhaustion.send(each);
      }
      Thread.sleep(millis);
      tell(control, ShortOfHeap.EMPTY);
      int goOn = 0;
      for (Socket each : early) {
        goOn += Exhaustion.answers(each) ? 1 : 0; // or it is closed: both are in order
      }
      Eventually.passes(Duration.ofSeconds(20), () -> assertServes(server));
      return goOn;
    } finally {
      for (Socket each : early) {
        each.close();
      }
    }
  }

  private static InetSocketAddress address(String port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
  }

  private static void assertServes(InetSocketAddress server) throws IOException {
    try (Socket late = Exhaustion.connect(server)) {
      Exhaustion.exchange(late);
    }
  }

  private static void tell(Socket control, int command) throws IOException {
    control.getOutputStream().write(command);
    assertThat(control.getInputStream().read()).isEqualTo(command);
  }
}
