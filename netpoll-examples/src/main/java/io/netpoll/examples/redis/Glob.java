package io.netpoll.examples.redis;

/**
 * The patterns of KEYS and CONFIG GET: {@code *}, {@code ?}, {@code [a-c]}, {@code [^a]}, and a
 * backslash before a character that means itself. What is not closed ends with the pattern.
 */
final class Glob {
  private final String pattern;

  Glob(String pattern) {
    this.pattern = pattern;
  }

  /**
   * Whether the pattern matches the whole text. A star goes back to the last star only, so the time
   * is at most the product of both lengths.
   */
  boolean matches(String text) {
    int p = 0;
    int t = 0;
    int star = -1; // after the last star
    int retry = 0; // where in the text that star's match ends
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = ++p;
        retry = t;
      } else if (p < pattern.length() && matchesOne(p, text.charAt(t))) {
        p = next(p);
        t++;
      } else if (star >= 0) {
        p = star;
        t = ++retry;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  /** Whether the element of the pattern at {@code p} matches a character. */
  private boolean matchesOne(int p, char c) {
    return switch (pattern.charAt(p)) {
      case '?' -> true;
      case '[' -> matchesClass(p, c);
      case '\\' -> pattern.charAt(p + 1 < pattern.length() ? p + 1 : p) == c;
      default -> pattern.charAt(p) == c;
    };
  }

  /** The index behind the element at {@code p}. */
  private int next(int p) {
    return switch (pattern.charAt(p)) {
      case '[' -> endOfClass(p);
      case '\\' -> Math.min(p + 2, pattern.length());
      default -> p + 1;
    };
  }

  private int endOfClass(int p) {
    int at = isNegated(p) ? p + 2 : p + 1;
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      at = endOfMember(at);
    }
    return Math.min(at + 1, pattern.length());
  }

  private boolean matchesClass(int p, char c) {
    boolean negated = isNegated(p);
    int at = negated ? p + 2 : p + 1;
    boolean found = false;
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      found |= isMember(at, c);
      at = endOfMember(at);
    }
    return found != negated;
  }

  private boolean isNegated(int p) {
    return p + 1 < pattern.length() && pattern.charAt(p + 1) == '^';
  }

  private boolean isMember(int at, char c) {
    if (isEscape(at)) {
      return pattern.charAt(at + 1) == c;
    }
    char low = pattern.charAt(at);
    if (!isRange(at)) {
      return low == c;
    }
    char high = pattern.charAt(at + 2);
    return Math.min(low, high) <= c && c <= Math.max(low, high);
  }

  private int endOfMember(int at) {
    if (isEscape(at)) {
      return at + 2;
    }
    return isRange(at) ? at + 3 : at + 1;
  }

  private boolean isEscape(int at) {
    return pattern.charAt(at) == '\\' && at + 1 < pattern.length();
  }

  private boolean isRange(int at) {
    return at + 2 < pattern.length() && pattern.charAt(at + 1) == '-';
  }
}
