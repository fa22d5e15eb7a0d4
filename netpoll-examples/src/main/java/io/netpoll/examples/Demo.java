package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows in one process that a server and a client work together here. */
@Command(
    name = "demo",
    sortOptions = false,
    description = "Starts an echo server and a client in one process and shows what they exchange.",
    footer = {"", "Example:", "  java -jar netpoll-examples.jar demo --execution workers"})
final class Demo implements Callable<Integer> {
  private static final String GREETING = "Hello, Netpoll!";

  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final RunOptions runOptions = new RunOptions();

  @Override
  public Integer call() throws Exception {
    EchoRun.Plan plan = runOptions.plan();
    Echo echo = new Echo(ByteSize.MAX, 0, 0);
    OnRequest handler = groupOptions.inline() ? echo::available : echo::blocking;
    try (PollerGroup group = groupOptions.open("demo");
        Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
        EventLoop server = EventLoop.builder(handler).build()) {
      server.start(listener);
      String address = AddressOptions.describe(listener.localAddress());
      System.out.println("listening on " + address + " " + GroupOptions.describe(group));
      Dialer dialer =
          Dialer.builder()
              .group(group)
              .readTimeout(plan.timeout())
              .writeTimeout(plan.timeout())
              .build();
      greet(dialer, address, plan.timeout());
      System.out.println(EchoRun.run(dialer, "tcp", address, plan));
      ShutdownReport report = server.shutdown(plan.timeout());
      System.out.println(
          "shut down "
              + (report.clean() ? "in order" : "by force")
              + " after serving over the "
              + group.backend()
              + " backend");
      return report.clean() ? 0 : Sentences.FAILED;
    }
  }

  private static void greet(Dialer dialer, String address, Duration timeout) throws Exception {
    byte[] greeting = GREETING.getBytes(StandardCharsets.UTF_8);
    try (Connection connection = EchoRun.dial(dialer, "tcp", address, timeout)) {
      System.out.println("sent     \"" + GREETING + "\"");
      connection.writer().writeInt(greeting.length);
      connection.writer().writeBinary(greeting);
      connection.writer().flush();
      String answer = connection.reader().readString(connection.reader().readInt());
      System.out.println("received \"" + answer + "\"");
      if (!answer.equals(GREETING)) {
        throw new Failure("The answer differs from what was sent.", null);
      }
    }
  }
}
