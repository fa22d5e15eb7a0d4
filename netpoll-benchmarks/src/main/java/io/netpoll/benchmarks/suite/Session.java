package io.netpoll.benchmarks.suite;

import java.util.Map;

/**
 * One call of the suite. Only what was measured in the same one can be divided by each other.
 *
 * @param start when it began, in UTC; no two have the same
 * @param facts where, with what and how it measured, by name
 */
record Session(String start, Map<String, String> facts) {}
