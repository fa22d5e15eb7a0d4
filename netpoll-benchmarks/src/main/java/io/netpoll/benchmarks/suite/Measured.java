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
    boolean disturbed = slice.disturbed() && !keepsDisturbed;
    slices
        .computeIfAbsent(row, any -> new LinkedHashMap<>())
        .computeIfAbsent(entrant, any -> new ArrayList<>())
        .add(new Slice(slice.generation(), slice.round(), disturbed, slice.values()));
  }

  /** Says early in which order those of a row are told. */
  void expect(Row row, Collection<Entrant> entrants) {
    Map<String, List<Slice>> all = slices.computeIfAbsent(row, any -> new LinkedHashMap<>());
    entrants.forEach(each -> all.putIfAbsent(each.name(), new ArrayList<>()));
  }

  /** Notes a sentence for the reader, such as why somebody is missing. */
  void remark(String sentence) {
    remarks.add(sentence);
  }

  /** The slices of every row, by who they are of, ours first; those without any are missing. */
  Map<Row, Map<String, List<Slice>>> slices() {
    Map<Row, Map<String, List<Slice>>> all = new LinkedHashMap<>();
    slices.forEach(
        (row, each) -> {
          Map<String, List<Slice>> some = new LinkedHashMap<>(each);
          some.values().removeIf(List::isEmpty);
          if (!some.isEmpty()) {
            all.put(row, some);
          }
        });
    return all;
  }

  /** What the reader must know. */
  Set<String> remarks() {
    return remarks;
  }

  /** All slices, a line each. */
  String toCsv() {
    StringBuilder csv = new StringBuilder("scenario,row,name,generation,round,disturbed");
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
    csv.append(',').append(slice.disturbed());
    for (Metric metric : Metric.values()) {
      Double value = slice.values().get(metric);
      csv.append(',').append(value == null ? "" : String.format(Locale.ROOT, "%.6g", value));
    }
  }
}
