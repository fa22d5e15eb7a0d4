package io.netpoll.internal;

import io.netpoll.Execution;
import io.netpoll.LoadBalance;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The system properties of this library, all of them, and the one place that reads them.
 *
 * <p>One rule holds for all. A value that cannot be read is refused, with a sentence that says what
 * the property takes: by {@link #checkAll} when the library is first used, so that no class fails
 * to initialise later, and by the methods that read it, for a value that was set after that. Spaces
 * around a value do not count, nor does the case of letters. A name below {@code io.netpoll.} that
 * is none of these is logged once, at WARNING, by the logger {@code io.netpoll.settings}.
 *
 * <p>A property is read when the method is called; most callers do so once a process. Any thread.
 */
public enum Setting {
  /** The name of a backend, or {@code auto}. */
  POLLER("poller", Kind.WORD),
  /** The number of loops of the shared group. */
  LOOPS("loops", Kind.NUMBER, 1),
  /** How the shared group spreads connections: a {@code LoadBalance} in lower case. */
  LOAD_BALANCE("loadBalance", LoadBalance.values()),
  /** Where handlers of the shared group run: the label of a mode of {@code Execution}. */
  EXECUTION("execution", Execution.Mode.values()),
  /** How many threads waiting handlers may hold in adaptive execution. */
  MAX_HELD_THREADS("maxHeldThreads", Kind.NUMBER, 0),
  /** How many threads the workers' pool has at most. */
  MAX_WORKERS("maxWorkers", Kind.NUMBER, 1),
  /** How often the watch-dog looks, in microseconds. */
  WATCH_DOG_TICK_MICROS("watchDogTickMicros", Kind.NUMBER, 1),
  /** When a handler that holds up its loop is logged, in milliseconds; 0 for never. */
  BLOCKED_HANDLER_AFTER("blockedHandlerAfter", Kind.NUMBER, 0),
  /** Whether loops are lent to virtual threads. */
  LEND_LOOPS("lendLoops", Kind.FLAG),
  /** How long a loop may be lent without a turn, in microseconds. */
  LOAN_MICROS("loanMicros", Kind.NUMBER, 1),
  /** How many names are looked up at a time. */
  MAX_LOOK_UPS("maxLookUps", Kind.NUMBER, 1),
  /** How much direct memory pages may take. */
  BUFFER_MAX_DIRECT_MEMORY("buffer.maxDirectMemory", Kind.SIZE),
  /** Whether buffers notice mistakes of their users. */
  BUFFER_DEBUG("buffer.debug", Kind.FLAG);

  private static final String PREFIX = "io.netpoll.";
  private static final String UNITS = "kmgt";

  private enum Kind {
    WORD,
    NUMBER,
    CHOICE,
    FLAG,
    SIZE
  }

  private final String name;
  private final Kind kind;
  private final int least;
  private final List<String> choices;

  Setting(String name, Kind kind) {
    this(name, kind, 0, List.of());
  }

  Setting(String name, Kind kind, int least) {
    this(name, kind, least, List.of());
  }

  Setting(String name, Enum<?>[] choices) {
    this(name, Kind.CHOICE, 0, labels(choices));
  }

  Setting(String name, Kind kind, int least, List<String> choices) {
    // Not PREFIX: constants of an enum are made before its other static fields are set.
    this.name = "io.netpoll." + name;
    this.kind = kind;
    this.least = least;
    this.choices = choices;
  }

  private static List<String> labels(Enum<?>[] choices) {
    List<String> labels = new ArrayList<>();
    for (Enum<?> choice : choices) {
      labels.add(choice.name().toLowerCase(Locale.ROOT));
    }
    return labels;
  }

  /**
   * Looks at all system properties of this library: refuses the first that has a value that it
   * cannot have, and logs once each whose name is unknown.
   *
   * @throws IllegalArgumentException naming the property, its value, and what it takes
   */
  public static void checkAll() {
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        Setting known = named(name);
        if (known == null) {
          warnOf(name);
        } else {
          known.check();
        }
      }
    }
  }

  private static @Nullable Setting named(String name) {
    for (Setting setting : values()) {
      if (setting.name.equals(name)) {
        return setting;
      }
    }
    return null;
  }

  private static void warnOf(String name) {
    List<String> known = new ArrayList<>();
    for (Setting setting : values()) {
      known.add(setting.name.substring(PREFIX.length()));
    }
    String nearest = Nearest.to(name.substring(PREFIX.length()), known);
    LogOnce.warn(
        "io.netpoll.settings",
        name,
        "The system property "
            + name
            + " is unknown and has no effect: "
            + (nearest == null
                ? "below " + PREFIX + " there are " + String.join(", ", known) + "."
                : "did you mean " + PREFIX + nearest + "?"));
  }

  /**
   * The name of the system property.
   *
   * @return what follows {@code -D}
   */
  public String property() {
    return name;
  }

  private void check() {
    switch (kind) {
      case WORD -> word();
      case NUMBER -> number(0);
      case CHOICE -> choice();
      case FLAG -> isOn(false);
      case SIZE -> bytes(0);
    }
  }

  /**
   * The value of a property that takes a word.
   *
   * @return the word; null if the property is not set
   * @throws IllegalArgumentException if it is empty
   */
  public @Nullable String word() {
    String value = value(Kind.WORD);
    if (value != null && value.isEmpty()) {
      throw refused("a name");
    }
    return value;
  }

  /**
   * The value of a property that takes one word of a few.
   *
   * @return the word, in lower case; null if the property is not set
   * @throws IllegalArgumentException if it is another one
   */
  public @Nullable String choice() {
    String value = value(Kind.CHOICE);
    if (value == null) {
      return null;
    }
    String word = value.toLowerCase(Locale.ROOT);
    if (!choices.contains(word)) {
      throw refused("one of " + String.join(", ", choices));
    }
    return word;
  }

  /**
   * The value of a property that takes a whole number.
   *
   * @param byDefault the value of a property that is not set
   * @return the number
   * @throws IllegalArgumentException if it is no number, too small or too large
   */
  public int number(int byDefault) {
    String value = value(Kind.NUMBER);
    if (value == null) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException notNumber) {
      // Refused as a number out of range is.
    }
    throw refused("a whole number from " + least + " to " + Integer.MAX_VALUE);
  }

  /**
   * The value of a property that is on or off.
   *
   * @param byDefault the value of a property that is not set
   * @return whether it is on
   * @throws IllegalArgumentException if it is neither {@code true} nor {@code false}
   */
  public boolean isOn(boolean byDefault) {
    String value = value(Kind.FLAG);
    if (value == null) {
      return byDefault;
    }
    if (value.equalsIgnoreCase("true")) {
      return true;
    }
    if (value.equalsIgnoreCase("false")) {
      return false;
    }
    throw refused("true or false");
  }

  /**
   * The value of a property that takes a size: a number of bytes, or one that ends in k, m, g or t
   * for so many kibibytes, mebibytes, gibibytes or tebibytes.
   *
   * @param byDefault the value of a property that is not set
   * @return the number of bytes
   * @throws IllegalArgumentException if it is none, or negative, or too large
   */
  public long bytes(long byDefault) {
    String value = value(Kind.SIZE);
    if (value == null) {
      return byDefault;
    }
    int unit = value.isEmpty() ? -1 : UNITS.indexOf(Character.toLowerCase(lastOf(value)));
    String number = unit < 0 ? value : value.substring(0, value.length() - 1);
    int shift = 10 * (unit + 1);
    try {
      long count = Long.parseLong(number);
      if (count >= 0 && count <= Long.MAX_VALUE >> shift) {
        return count << shift;
      }
    } catch (NumberFormatException notNumber) {
      // Refused as a number out of range is.
    }
    throw refused("a number of bytes such as 67108864, or a shorter one with a unit such as 64m");
  }

  private static char lastOf(String value) {
    return value.charAt(value.length() - 1);
  }

  private @Nullable String value(Kind asked) {
    if (kind != asked) {
      throw new AssertionError(this + " takes a " + kind + ", not a " + asked);
    }
    String value = System.getProperty(name);
    return value == null ? null : value.strip();
  }

  private IllegalArgumentException refused(String takes) {
    return new IllegalArgumentException(
        "The system property "
            + name
            + " takes "
            + takes
            + ", not \""
            + System.getProperty(name)
            + "\": correct it or leave it out.");
  }
}
