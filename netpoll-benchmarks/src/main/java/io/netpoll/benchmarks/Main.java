package io.netpoll.benchmarks;

import io.netpoll.benchmarks.load.LoadCommand;
import io.netpoll.benchmarks.load.Turn;
import io.netpoll.benchmarks.rpc.Service;
import io.netpoll.benchmarks.soak.SoakCommand;
import io.netpoll.benchmarks.suite.Scenario;
import io.netpoll.benchmarks.suite.SuiteCommand;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The command line of the benchmarks jar. */
@Command(
    name = "netpoll-benchmarks",
    description = "What Netpoll for Java is compared with, and the comparisons.",
    subcommands = {
      SuiteCommand.class,
      PeerCommand.class,
      HttpPeerCommand.class,
      NettyProxyCommand.class,
      LoadCommand.class,
      ClientCommand.class,
      MuxCommand.class,
      StartUpCommand.class,
      SoakCommand.class,
      JmhCommand.class
    })
public final class Main {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

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
    commandLine.registerConverter(PeerName.class, new Words<>(PeerName.values()));
    commandLine.registerConverter(Placement.class, new Words<>(Placement.values()));
    commandLine.registerConverter(PeerService.class, new Words<>(PeerService.values()));
    commandLine.registerConverter(Service.class, new Words<>(Service.values()));
    commandLine.registerConverter(Turn.class, new Words<>(Turn.values()));
    commandLine.registerConverter(Scenario.class, new Words<>(Scenario.values()));
    commandLine.registerConverter(Codec.class, new Words<>(Codec.values()));
    commandLine.registerConverter(Answers.class, new Words<>(Answers.values()));
    commandLine.registerConverter(Sending.class, new Words<>(Sending.values()));
    commandLine.registerConverter(FileSending.class, new Words<>(FileSending.values()));
    commandLine.registerConverter(ClientName.class, new Words<>(ClientName.values()));
    commandLine.registerConverter(MuxName.class, new Words<>(MuxName.values()));
    commandLine.registerConverter(CallerThreads.class, new Words<>(CallerThreads.values()));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.registerConverter(ExecutionName.class, new Words<>(ExecutionName.values()));
    commandLine.setParameterExceptionHandler(Main::misused);
    commandLine.setExecutionExceptionHandler(Main::failed);
    return commandLine;
  }

  private static int misused(ParameterException e, String[] args) {
    return say(e.getCommandLine(), e, 2);
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    return say(command, e, 1);
  }

  private static int say(CommandLine command, Exception e, int code) {
    String message = e.getMessage();
    command.getErr().println(message == null || message.isBlank() ? e.toString() : message);
    return code;
  }

  /** Reads one of a few values by the word that it is written as. */
  private static final class Words<T> implements ITypeConverter<T> {
    private final List<T> values;

    Words(T[] values) {
      this.values = List.of(values);
    }

    @Override
    public T convert(String text) {
      for (T value : values) {
        if (value.toString().equals(text)) {
          return value;
        }
      }
      throw new TypeConversionException("'" + text + "' is not one of " + values + ".");
    }
  }
}
