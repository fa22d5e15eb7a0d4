package io.netpoll.examples;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one sentence what is wrong with a command line, and where to read what is right. */
final class Misuse {
  private static final Set<Class<?>> NUMBERS =
      Set.of(int.class, Integer.class, long.class, Long.class, double.class, Double.class);

  /** What picocli puts before the words of a converter. */
  private static final String PREFIX = "^Invalid value for [^:]*: ";

  private Misuse() {}

  /** The sentence. */
  static String sentence(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    return wrong(e).replaceFirst("\\.$", "") + ": see '" + command + " --help'.";
  }

  private static String wrong(ParameterException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(unmatched.getUnmatched().get(0), e.getCommandLine().getCommandSpec());
    }
    if (e instanceof MissingParameterException missing) {
      return missing(missing.getMissing(), message);
    }
    if (e.getArgSpec() instanceof OptionSpec option && e.getValue() != null) {
      boolean isNumber = NUMBERS.contains(option.type()) && option.converters().length == 0;
      String wanted = isNumber ? "a number" : message.replaceFirst(PREFIX, "");
      return option.longestName() + " wants " + wanted + ", got '" + e.getValue() + "'";
    }
    return message.equals("Missing required subcommand") ? "A command is missing" : message;
  }

  private static String unknown(String word, CommandSpec command) {
    if (word.startsWith("-")) {
      String name = word.replaceFirst("=.*", "");
      Collection<String> names =
          command.options().stream().map(OptionSpec::longestName).collect(Collectors.toList());
      return "There is no option " + name + nearest(name, names);
    }
    if (command.subcommands().isEmpty()) {
      return "'" + word + "' is one word too many";
    }
    return "There is no command " + word + nearest(word, command.subcommands().keySet());
  }

  private static String missing(List<ArgSpec> all, String message) {
    ArgSpec first = all.get(0);
    if (!(first instanceof OptionSpec option)) {
      return first.paramLabel() + " is missing";
    }
    String usage = option.longestName() + " " + option.paramLabel();
    return message.startsWith("Missing required option")
        ? usage + " is missing"
        : option.longestName() + " wants a value, as in " + usage;
  }

  private static String nearest(String word, Collection<String> known) {
    String nearest = null;
    int least = Math.max(2, word.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    return suggestion(nearest);
  }

  private static String suggestion(@Nullable String nearest) {
    return nearest == null ? "" : " (the nearest is " + nearest + ")";
  }

  /** How many letters must be put in, taken out or replaced to make one word of the other. */
  private static int distance(String a, String b) {
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = last[0];
      last[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = last[j];
        last[j] = Math.min(replaced, Math.min(last[j], last[j - 1]) + 1);
      }
    }
    return last[b.length()];
  }
}
