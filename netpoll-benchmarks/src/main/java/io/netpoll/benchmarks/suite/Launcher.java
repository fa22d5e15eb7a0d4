package io.netpoll.benchmarks.suite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How processes of the comparisons are started: all on the same Java with the same options.
 *
 * @param java the java command
 * @param jvmArguments further arguments for the virtual machines
 * @param serverCpu the processor of what is measured; negative for any
 * @param loadCpu the processor of what measures it; negative for any
 */
record Launcher(Path java, List<String> jvmArguments, int serverCpu, int loadCpu) {
  private static final List<String> SAME_FOR_ALL =
      List.of("-XX:+UseSerialGC", "-Xms512m", "-Xmx512m", "--enable-native-access=ALL-UNNAMED");

  /** A java command on the processor of what is measured. */
  List<String> measured(String... more) {
    return command(serverCpu, more);
  }

  /** A java command on the processor of what measures. */
  List<String> measuring(String... more) {
    return command(loadCpu, more);
  }

  /** A java command on the processor of what is measured, with the classes of another build. */
  List<String> measuredFrom(String classPath, String... more) {
    List<String> words = measured(more);
    words.set(words.size() - 1, classPath);
    return words;
  }

  /** A program that is no Java on the processor of what is measured. */
  List<String> foreign(Path program) {
    List<String> words = on(serverCpu);
    words.add(program.toString());
    return words;
  }

  private static List<String> on(int cpu) {
    List<String> words = new ArrayList<>();
    if (cpu >= 0) {
      words.addAll(List.of("taskset", "-c", Integer.toString(cpu)));
    }
    return words;
  }

  private List<String> command(int cpu, String... more) {
    List<String> words = on(cpu);
    words.add(java.toString());
    words.addAll(SAME_FOR_ALL);
    words.addAll(jvmArguments);
    words.addAll(List.of(more));
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return words;
  }

  /** What the report says of it. */
  String description() {
    return "java "
        + String.join(" ", SAME_FOR_ALL.subList(0, 3))
        + (jvmArguments.isEmpty() ? "" : " " + String.join(" ", jvmArguments))
        + (serverCpu < 0
            ? "; not pinned to processors"
            : "; what is measured on processor " + serverCpu + ", the rest on " + loadCpu);
  }
}
