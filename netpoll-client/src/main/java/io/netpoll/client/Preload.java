package io.netpoll.client;

import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.LibraryThreads;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.Set;

/**
 * Loads what a first dial needs on a thread beside it. Most of the time of a process's first dial
 * goes into loading classes, and half of that into those of the backend, which come first: what
 * connections, poll loops and dials consist of is loaded meanwhile, from the last that is needed to
 * the first.
 *
 * <p>The classes are those of their fields, so there is no list to be kept. They are linked, which
 * takes the time, but not initialized: so the order of that is as it would be without, and no two
 * threads wait for each other's classes.
 */
final class Preload implements Runnable {
  private final Set<Class<?>> seen = new HashSet<>();

  private Preload() {}

  /** Starts it, where there is a processor for it. Never waits. */
  static void start() {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      return;
    }
    try {
      LibraryThreads.daemon("netpoll-preload", new Preload()).start();
    } catch (OutOfMemoryError noThread) {
      // Then the classes are loaded by those who need them.
    }
  }

  @Override
  public void run() {
    try {
      load(EngineConnection.class);
      load(Dial.class);
      load(EngineGroup.class);
    } catch (LinkageError | OutOfMemoryError e) {
      // Who needs the class meets it too, and has somebody to tell.
    }
  }

  private void load(Class<?> type) {
    if (!type.getName().startsWith("io.netpoll.") || !seen.add(type)) {
      return;
    }
    if (type.getSuperclass() != null) {
      load(type.getSuperclass());
    }
    for (Field field : type.getDeclaredFields()) { // asking for them links the class
      load(field.getType());
    }
  }
}
