package io.netpoll.examples;

import java.io.PrintWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Says on standard error what went wrong, in one sentence on one line; {@code --verbose} adds the
 * stack trace.
 */
final class Sentences {
  /** Exit code of a command line that makes no sense. */
  static final int USAGE = 2;

  /** Exit code of everything else that failed. */
  static final int FAILED = 1;

  private Sentences() {}

  /** Makes picocli report through this class. */
  static void install(CommandLine commandLine) {
    commandLine.setParameterExceptionHandler(Sentences::misused);
    commandLine.setExecutionExceptionHandler(Sentences::failed);
  }

  private static int misused(ParameterException e, String[] args) {
    say(e.getCommandLine(), Misuse.sentence(e), e, Arrays.asList(args).contains("--verbose"));
    return USAGE;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    say(command, sentence(e), e, command.getParseResult().hasMatchedOption("--verbose"));
    return FAILED;
  }

  private static void say(CommandLine command, String sentence, Throwable e, boolean verbose) {
    PrintWriter err = command.getErr();
    err.println(sentence);
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
  }

  /** The message of {@code e} as a sentence on one line. */
  static String sentence(Throwable e) {
    String message = e.getMessage();
    String line =
        message == null || message.isBlank()
            ? "Failed with " + e.getClass().getSimpleName()
            : message.strip().replaceAll("\\s*\\R\\s*", " ");
    return line.endsWith(".") ? line : line + ".";
  }

  /** {@code what}, then why, unless the reason says it all: it names {@code where} itself. */
  static String because(String what, String where, Throwable reason) {
    String why = sentence(reason);
    return why.contains(where) ? why : what + " " + where + ": " + why;
  }
}
