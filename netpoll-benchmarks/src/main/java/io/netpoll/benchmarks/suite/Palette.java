package io.netpoll.benchmarks.suite;

import java.awt.Color;
import java.util.List;
import java.util.Map;

/** The colours of the charts: everybody has one of their own in all of them. */
final class Palette {
  private static final Map<String, Color> COLORS =
      Map.ofEntries(
          Map.entry("ours-epoll", new Color(0x0B4FA0)),
          Map.entry("ours-nio", new Color(0x5AA9E6)),
          Map.entry("ours", new Color(0x0B4FA0)),
          Map.entry("ours-virtual", new Color(0x5AA9E6)),
          Map.entry("netpoll-epoll", new Color(0x0B4FA0)),
          Map.entry("netpoll-nio", new Color(0x5AA9E6)),
          Map.entry("netty-epoll", new Color(0xD1495B)),
          Map.entry("netty-nio", new Color(0xF4A259)),
          Map.entry("netty-nio-virtual", new Color(0xF7CE9E)),
          Map.entry("netty-iouring", new Color(0x8C2F39)),
          Map.entry("netty-epoll-pool", new Color(0xE98A95)),
          Map.entry("netty-epoll-virtual", new Color(0xF2C4CA)),
          Map.entry("netty-epoll-chunked", new Color(0xE98A95)),
          Map.entry("jdk-virtual", new Color(0x4C9F70)),
          Map.entry("jdk-async", new Color(0xA3C9A8)),
          Map.entry("jdk-platform", new Color(0xA3C9A8)),
          Map.entry("jdk-blocking", new Color(0x4C9F70)));

  /** Of those that are compared only if they are asked for, by family. */
  private static final List<Color> OTHERS =
      List.of(new Color(0x9BB8D9), new Color(0xC9ADA7), new Color(0xBFC8BF));

  private Palette() {}

  static Color of(String name) {
    return COLORS.getOrDefault(name, OTHERS.get(Family.of(name).ordinal()));
  }
}
