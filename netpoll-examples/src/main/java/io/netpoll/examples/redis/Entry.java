package io.netpoll.examples.redis;

/**
 * What a key of a database holds, and until when. Guarded by the lock of {@link Keyspace}.
 *
 * <p>A value is a String, a {@link java.util.ArrayDeque}, a {@link java.util.LinkedHashMap} or a
 * {@link java.util.LinkedHashSet} of strings; the last three are never empty between two commands.
 */
final class Entry {
  /** The moment of entries that never expire. */
  static final long NEVER = Long.MAX_VALUE;

  private final String key;
  private Object value;
  private long expiry = NEVER;

  Entry(String key, Object value) {
    this.key = key;
    this.value = value;
  }

  String key() {
    return key;
  }

  Object value() {
    return value;
  }

  void setValue(Object value) {
    this.value = value;
  }

  /** When it expires, in milliseconds of the keyspace's clock. */
  long expiry() {
    return expiry;
  }

  /** To be called by the database alone, which keeps entries in this order. */
  void setExpiry(long expiry) {
    this.expiry = expiry;
  }
}
