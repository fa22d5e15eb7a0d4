package io.netpoll.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Runs the JMH benchmarks of this jar. */
@Command(
    name = "jmh",
    description = {
      "Runs JMH's own command line with what follows: patterns of names, and JMH's options (-l"
          + " lists the benchmarks, -prof gc measures allocation). Without any it runs them all."
    })
final class JmhCommand implements Callable<Integer> {
  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
