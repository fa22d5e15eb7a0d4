package io.netpoll.examples;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Drives an echo server and prints rate and latency. */
@Command(
    name = "echo-client",
    sortOptions = false,
    description = "Sends frames to an echo server, checks every byte, prints rate and latency.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar echo-client --port 8888 --connections 64 --count 100000"
    })
final class EchoClient implements Callable<Integer> {
  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();
  @Mixin private final RunOptions runOptions = new RunOptions();

  @Override
  public Integer call() throws Exception {
    addressOptions.check();
    EchoRun.Plan plan = runOptions.plan();
    try (PollerGroup group = groupOptions.open("echo-client")) {
      System.out.println(
          "echoing with "
              + addressOptions.network()
              + " "
              + addressOptions.address()
              + " "
              + GroupOptions.describe(group));
      Dialer dialer =
          Dialer.builder()
              .group(group)
              .readTimeout(plan.timeout())
              .writeTimeout(plan.timeout())
              .build();
      System.out.println(
          EchoRun.run(dialer, addressOptions.network(), addressOptions.address(), plan));
    }
    return 0;
  }
}
