package io.netpoll.examples;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Shows the options of a command in groups: first its own, then those of each {@link OptionGroup}
 * that it mixes in, under its heading.
 */
final class HelpLayout {
  private HelpLayout() {}

  /** Options that several commands have, and that belong together. */
  interface OptionGroup {
    /** What the help writes above them, without a colon. */
    String heading();
  }

  /** Makes a command line and its commands print their help so. */
  static void install(CommandLine commandLine) {
    commandLine
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpLayout::options);
    commandLine.getSubcommands().values().forEach(HelpLayout::install);
  }

  private static String options(Help help) {
    CommandSpec command = help.commandSpec();
    List<OptionSpec> own = new ArrayList<>(command.options());
    StringBuilder groups = new StringBuilder();
    for (CommandSpec mixin : command.mixins().values()) {
      if (mixin.userObject() instanceof OptionGroup group) {
        own.removeIf(option -> mixin.findOption(option.longestName()) != null);
        groups.append(section(help, group.heading(), mixin.options()));
      }
    }
    boolean isPlain = groups.isEmpty();
    return (isPlain ? list(help, own) : section(help, "Options", own)) + groups;
  }

  private static String section(Help help, String heading, List<OptionSpec> options) {
    return System.lineSeparator() + heading + ":" + System.lineSeparator() + list(help, options);
  }

  private static String list(Help help, List<OptionSpec> options) {
    Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
    layout.addOptions(options, help.parameterLabelRenderer());
    return layout.toString();
  }
}
