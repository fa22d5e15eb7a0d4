package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a session has measured so far. One thread uses it. */
final class Measured {
  private final Map<Row, Map<String, List<Slice>>> slices = new LinkedHashMap<>();
  private final Set<String> remarks = new LinkedHashSet<>();
  private final boolean keepsDisturbed;

  /**
   * Begins.
   *
   * @param keepsDisturbed whether slices count in which the machine was disturbed
   */
  Measured(boolean keepsDisturbed) {
    this.keepsDisturbed = keepsDisturbed;
    if (keepsDisturbed) {
      remark("Slices count in which the machine was disturbed.");
    }
  }

  /** Notes a slice of one of those that a row compares. */
  void add(Row row, String entrant, Slice slice) {
    slices
        .computeIfAbsent(row, any -> new LinkedHashMap<>())
        .computeIfAbsent(entrant, any -> new ArrayList<>())
        .add(slice);
  }

  /** Says early in which order those of a row are told, ours first. */
  void expect(Row row, Collection<String> names) {
    Map<String, List<Slice>> all = slices.computeIfAbsent(row, any -> new LinkedHashMap<>());
    names.forEach(name -> all.putIfAbsent(name, new ArrayList<>()));
  }

  /** Notes a sentence for the reader, such as why somebody is missing. */
  void remark(String sentence) {
    remarks.add(sentence.replaceAll("\\s+", " ").strip());
  }

  /**
   * The slices of every row that has any, by who they are of, ours first. Those that are not to
   * count are disturbed.
   */
  Map<Row, Map<String, List<Slice>>> slices() {
    Map<Row, Map<String, List<Slice>>> all = new LinkedHashMap<>();
    slices.forEach(
        (row, each) -> {
          if (each.values().stream().anyMatch(some -> !some.isEmpty())) {
            Map<String, List<Slice>> judged = new LinkedHashMap<>();
            each.forEach((name, some) -> judged.put(name, judged(some)));
            all.put(row, judged);
          }
        });
    return all;
  }

  /** A slice in which compilers were busy counts only if they are in most slices. */
  private List<Slice> judged(List<Slice> some) {
    long undisturbed = some.stream().filter(each -> !each.disturbed()).count();
    long calm = some.stream().filter(each -> !each.disturbed() && !each.compiling()).count();
    return some.stream().map(each -> judged(each, 2 * calm >= undisturbed)).toList();
  }

  private Slice judged(Slice slice, boolean onlyCalm) {
    boolean disturbed = slice.disturbed() || onlyCalm && slice.compiling();
    return new Slice(
        slice.generation(),
        slice.round(),
        disturbed && !keepsDisturbed,
        slice.compiling(),
        slice.values());
  }

  /** What the reader must know. */
  Set<String> remarks() {
    return remarks;
  }

  /** All slices, a line each. */
  String toCsv() {
    StringBuilder csv = new StringBuilder("scenario,row,name,generation,round,disturbed,compiling");
    for (Metric metric : Metric.values()) {
      csv.append(',').append(metric.title());
    }
    slices()
        .forEach(
            (row, all) ->
                all.forEach((name, some) -> some.forEach(it -> append(csv, row, name, it))));
    return csv.append('\n').toString();
  }

  private static void append(StringBuilder csv, Row row, String name, Slice slice) {
    csv.append('\n')
        .append(row.scenario())
        .append(',')
        .append(row.title())
        .append(',')
        .append(name);
    csv.append(',').append(slice.generation()).append(',').append(slice.round());
    csv.append(',').append(slice.disturbed()).append(',').append(slice.compiling());
    for (Metric metric : Metric.values()) {
      Double value = slice.values().get(metric);
      csv.append(',').append(value == null ? "" : String.format(Locale.ROOT, "%.6g", value));
    }
  }
}
