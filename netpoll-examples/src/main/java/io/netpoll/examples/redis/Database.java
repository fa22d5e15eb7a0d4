package io.netpoll.examples.redis;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One numbered database: keys, values, and when they expire. Guarded by the lock of {@link
 * Keyspace}, which removes what has expired before each command, so that no command sees it.
 */
final class Database {
  private final Map<String, Entry> entries = new HashMap<>();
  private final TreeSet<Entry> expiring =
      new TreeSet<>(Comparator.comparingLong(Entry::expiry).thenComparing(Entry::key));

  int size() {
    return entries.size();
  }

  int expiring() {
    return expiring.size();
  }

  Set<String> keys() {
    return entries.keySet();
  }

  @Nullable Entry find(String key) {
    return entries.get(key);
  }

  /** Stores a string; the key's expiry stays as it is. */
  Entry put(String key, String value) {
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(key, value);
      entries.put(key, entry);
    } else {
      entry.setValue(value);
    }
    return entry;
  }

  boolean remove(String key) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return false;
    }
    forgetExpiry(entry);
    return true;
  }

  void clear() {
    entries.clear();
    expiring.clear();
  }

  /** Lets an entry expire at a moment, or {@link Entry#NEVER}. */
  void expireAt(Entry entry, long moment) {
    forgetExpiry(entry);
    entry.setExpiry(moment);
    if (moment != Entry.NEVER) {
      expiring.add(entry);
    }
  }

  private void forgetExpiry(Entry entry) {
    if (entry.expiry() != Entry.NEVER) {
      expiring.remove(entry);
    }
  }

  boolean hasExpiring() {
    return !expiring.isEmpty();
  }

  /** Removes what expired before {@code now}. */
  void removeExpired(long now) {
    while (!expiring.isEmpty() && expiring.first().expiry() < now) {
      entries.remove(expiring.pollFirst().key());
    }
  }

  /**
   * The value of a key.
   *
   * @return the value, or null if there is no such key
   * @throws CommandException if it is of another type
   */
  <T> @Nullable T get(String key, Class<T> type) throws CommandException {
    Entry entry = entries.get(key);
    return entry == null ? null : cast(entry, type);
  }

  /**
   * The value of a key, which is made if there is none, for a command that adds to it.
   *
   * @throws CommandException if it is of another type
   */
  <T> T getOrCreate(String key, Class<T> type, Supplier<T> factory) throws CommandException {
    Entry entry = entries.get(key);
    if (entry != null) {
      return cast(entry, type);
    }
    T value = factory.get();
    entries.put(key, new Entry(key, value));
    return value;
  }

  private static <T> T cast(Entry entry, Class<T> type) throws CommandException {
    if (!type.isInstance(entry.value())) {
      throw CommandException.wrongType();
    }
    return type.cast(entry.value());
  }
}
