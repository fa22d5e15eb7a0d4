package io.netpoll.benchmarks.suite;

import java.util.List;

/**
 * A row that compares servers.
 *
 * @param row which
 * @param service what the servers do, as arguments of theirs; only those with the same service can
 *     be measured while the same processes live
 * @param workload what is asked of them
 * @param field the names of those that take part
 */
record ServerRow(Row row, List<String> service, Workload workload, List<String> field) {}
