package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Connects each client with a server of its own at the target. */
@Command(
    name = "tcp-proxy",
    sortOptions = false,
    description = "Dials the target for every connection and forwards bytes both ways.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar tcp-proxy --port 8888 --target db.example:5432"
    })
final class TcpProxy implements Callable<Integer> {
  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Where the bytes go.")
  private String target = "";

  @Option(
      names = "--dial-timeout",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How long reaching the target may take; 5 by default.")
  private int dialSeconds;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    addressOptions.check();
    if (groupOptions.inline()) {
      throw misuse("A proxy waits for its target, and must not wait in --execution inline.");
    }
    if (dialSeconds < 1) {
      throw misuse("--dial-timeout must be at least 1.");
    }
    serverOptions.check();
    checkTarget();
    try (PollerGroup group = groupOptions.open("tcp-proxy");
        Listener listener = ServerRun.listen(group, addressOptions);
        EventLoop proxy = proxy(Dialer.builder().group(group).halfClose(true).build())) {
      ServerRun.serve("tcp-proxy", proxy, listener, group, serverOptions);
      return 0;
    }
  }

  /** Finds a target that can never be reached before anybody waits for it. */
  private void checkTarget() throws Failure {
    int colon = target.lastIndexOf(':');
    String port = target.substring(colon + 1);
    int number = port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
    if (colon < 1 || number < 1 || number > 65535) {
      throw misuse("--target wants HOST:PORT, got '" + target + "'.");
    }
    String host = target.substring(0, colon);
    try {
      InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new Failure("The host " + host + " of --target is not known.", e);
    }
  }

  private EventLoop proxy(Dialer dialer) {
    return EventLoop.builder(connection -> {}).onConnect(client -> proxy(client, dialer)).build();
  }

  private void proxy(Connection client, Dialer dialer) throws IOException {
    Connection server = dialer.connect("tcp", target, Duration.ofSeconds(dialSeconds));
    client.pipeTo(server);
    server.pipeTo(client);
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
