package io.netpoll.examples;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that name the server's address: a host and a port, or a path. */
final class AddressOptions implements HelpLayout.OptionGroup {
  private static final String DEFAULT_HOST = "127.0.0.1";
  private static final int DEFAULT_PORT = 8888;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Name or address of the server; " + DEFAULT_HOST + " by default.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "TCP port of the server; " + DEFAULT_PORT + " by default.")
  private @Nullable Integer port;

  @Option(
      names = "--unix",
      paramLabel = "PATH",
      description = "Path of a Unix-domain socket, instead of host and port.")
  private @Nullable String unix;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Override
  public String heading() {
    return "The server's address";
  }

  /** Refuses combinations and values that make no sense. */
  void check() {
    if (unix != null && (host != null || port != null)) {
      throw new ParameterException(
          command.commandLine(), "--unix cannot be used together with --host or --port.");
    }
    if (port != null && (port < 0 || port > 65535)) {
      throw new ParameterException(
          command.commandLine(), "--port wants a number between 0 and 65535, got '" + port + "'.");
    }
  }

  /** The network in the words of the API. */
  String network() {
    return unix != null ? "unix" : "tcp";
  }

  /** The address in the words of the API. */
  String address() {
    if (unix != null) {
      return unix;
    }
    String name = host == null ? DEFAULT_HOST : host;
    return bracketed(name) + ":" + (port == null ? DEFAULT_PORT : port);
  }

  /** {@code HOST:PORT} or {@code unix:PATH}, in numbers. */
  static String describe(SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      String name = inet.isUnresolved() ? inet.getHostString() : inet.getAddress().getHostAddress();
      return bracketed(name) + ":" + inet.getPort();
    }
    if (address instanceof UnixDomainSocketAddress path) {
      return "unix:" + path;
    }
    return address.toString();
  }

  private static String bracketed(String host) {
    return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
  }
}
