/**
 * All comparisons at once: {@link io.netpoll.benchmarks.suite.SuiteCommand} starts every server as
 * a process of its own, measures them in turn, and writes what came out as raw figures, a table and
 * charts.
 */
@NullMarked
package io.netpoll.benchmarks.suite;

import org.jspecify.annotations.NullMarked;
