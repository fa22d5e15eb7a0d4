package io.netpoll.benchmarks.suite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to compare, and how.
 *
 * @param scenarios which comparisons
 * @param servers who takes part in those of servers
 * @param burns how long requests compute, in microseconds: each comparison once for each
 * @param rounds how often each is measured
 * @param measured how long it is measured each time
 * @param settle how long a load runs before it is measured
 * @param warmUp how long a new process is under load before anything counts
 * @param out the directory of what is written
 */
record Settings(
    List<Scenario> scenarios,
    List<Contestant> servers,
    List<Integer> burns,
    int rounds,
    Duration measured,
    Duration settle,
    Duration warmUp,
    Path out) {}
