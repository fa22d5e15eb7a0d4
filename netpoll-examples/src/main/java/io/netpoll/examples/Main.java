package io.netpoll.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line of the examples jar. */
@Command(
    name = "netpoll-examples",
    description = "Runnable examples of Netpoll for Java.",
    versionProvider = VersionText.class,
    footer = {"", "Example:", "  java -jar netpoll-examples.jar demo"},
    subcommands = {
      Demo.class,
      EchoServer.class,
      EchoClient.class,
      RpcServer.class,
      RpcClientCommand.class,
      RedisServer.class,
      RedisClient.class,
      HttpServe.class,
      HttpFetch.class,
      TcpProxy.class,
      Top.class
    })
public final class Main {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  private boolean version;

  private Main() {}

  /**
   * Runs a command and ends the process with its exit code: 0 for success, 2 for a command line
   * that makes no sense, 1 for everything else.
   *
   * @param args the command and its options
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, ready to execute. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.registerConverter(GroupOptions.Mode.class, new Choice<>(GroupOptions.Mode.class));
    commandLine.registerConverter(EchoServer.Style.class, new Choice<>(EchoServer.Style.class));
    Sentences.install(commandLine);
    HelpLayout.install(commandLine);
    return commandLine;
  }
}
