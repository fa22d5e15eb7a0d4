package io.netpoll.jcstress;

import java.io.IOException;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs the tests with jcstress, whose options it takes, and fails if one of them was not executed.
 *
 * <p>jcstress by itself fails on a forbidden outcome and on a test that could not run, but passes
 * over tests for which the machine has too few processors.
 */
public final class Main {
  private static final int ACTORS = 2;

  private Main() {}

  /**
   * Runs the tests. The exit code is 0 if all were executed and passed, and 1 otherwise.
   *
   * @param arguments of jcstress; {@code -h} lists them
   * @throws Exception if jcstress cannot run, or a test failed
   */
  public static void main(String[] arguments) throws Exception {
    Options options = new Options(arguments);
    if (!options.parse()) {
      System.exit(1);
    }
    JCStress jcstress = new JCStress(options);
    SortedSet<String> wanted = jcstress.getTests();
    check(wanted, options.getTestFilter());
    jcstress.run();
    SortedSet<String> missing = new TreeSet<>(wanted);
    missing.removeAll(executed(options.getResultFile()));
    if (!missing.isEmpty()) {
      throw new AssertionError("These tests were not executed: " + missing);
    }
    System.out.println("All " + wanted.size() + " tests were executed and passed.");
  }

  private static void check(SortedSet<String> wanted, String filter) {
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("No test matches " + filter + ": give another -t.");
    }
    for (String name : wanted) {
      TestInfo test = TestList.getInfo(name);
      if (test.threads() != ACTORS) {
        throw new AssertionError(
            name + " has " + test.threads() + " actors: give it " + ACTORS + ".");
      }
    }
  }

  private static Set<String> executed(String resultFile)
      throws IOException, ClassNotFoundException {
    InProcessCollector results = new InProcessCollector();
    DiskReadCollector file = new DiskReadCollector(resultFile, results);
    try {
      file.dump();
    } finally {
      file.close();
    }
    return results.getTestResults().stream()
        .filter(result -> result.getTotalCount() > 0)
        .map(result -> result.getName())
        .collect(Collectors.toSet());
  }
}
