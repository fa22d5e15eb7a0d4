package io.netpoll.testkit;

import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a process holds at one moment: threads whose name starts with {@code netpoll-}, and (on
 * Linux, else none) descriptors of sockets, pipes and anonymous inodes such as eventpoll and
 * eventfd. Descriptors of files are left out: the virtual machine opens them as it loads classes.
 *
 * @param threads the names of the threads with their numbers
 * @param descriptors the descriptors with what they refer to
 */
public record ThreadsAndDescriptors(Set<String> threads, Set<String> descriptors) {
  private static final String PREFIX = "netpoll-";

  /** Started once a process and never ended, or kept by it for a while for reuse. */
  private static final List<String> PROCESS_WIDE = List.of("netpoll-watch-dog", "netpoll-leader-");

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /**
   * Makes a snapshot.
   *
   * @param threads the names of the threads with their numbers
   * @param descriptors the descriptors with what they refer to
   */
  public ThreadsAndDescriptors {
    threads = Set.copyOf(threads);
    descriptors = Set.copyOf(descriptors);
  }

  /**
   * Looks at the process now.
   *
   * @param ignoredThreads prefixes of names of threads that do not count
   * @return what it holds
   */
  public static ThreadsAndDescriptors now(List<String> ignoredThreads) {
    return new ThreadsAndDescriptors(threadsNow(ignoredThreads), descriptorsNow());
  }

  /**
   * Lets the JDK open what it opens once a process and never closes, so that it is not taken for a
   * leak of the test that happened to need it first.
   */
  public static void openWhatTheJdkKeeps() {
    try (Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open().bind(null);
        SocketChannel client = SocketChannel.open()) {
      selector.selectNow();
      client.connect(server.getLocalAddress());
      server.accept().close();
      Pipe pipe = Pipe.open();
      pipe.source().close();
      pipe.sink().close();
    } catch (IOException e) {
      throw new IllegalStateException("Cannot open a socket on the loopback interface.", e);
    }
  }

  /**
   * What is held beyond an earlier snapshot. Of threads the number decides, so that one may be
   * replaced by another; each descriptor is told apart from all others, also from an earlier one
   * with its number.
   *
   * @param before the earlier snapshot
   * @return a line for each descriptor that was not there before, and for each new thread if there
   *     are more than before; empty if nothing leaked
   */
  public List<String> beyond(ThreadsAndDescriptors before) {
    List<String> lines = new ArrayList<>();
    if (threads.size() > before.threads.size()) {
      addOthers(lines, "thread ", threads, before.threads);
    }
    addOthers(lines, "descriptor ", descriptors, before.descriptors);
    return lines;
  }

  private static void addOthers(
      List<String> lines, String kind, Set<String> now, Set<String> before) {
    Set<String> added = new TreeSet<>(now);
    added.removeAll(before);
    added.forEach(each -> lines.add(kind + each));
  }

  private static Set<String> threadsNow(List<String> ignored) {
    Set<String> names = new TreeSet<>();
    for (Thread thread : allThreads()) {
      String name = thread.getName();
      if (name.startsWith(PREFIX)
          && PROCESS_WIDE.stream().noneMatch(name::startsWith)
          && ignored.stream().noneMatch(name::startsWith)) {
        names.add(name + " (#" + idOf(thread) + ", " + thread.getState() + ")");
      }
    }
    return names;
  }

  /** Costs less than {@link Thread#getAllStackTraces()}, which stops them all. */
  private static List<Thread> allThreads() {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    for (ThreadGroup parent; (parent = root.getParent()) != null; ) {
      root = parent;
    }
    for (int size = root.activeCount() + 16; ; size *= 2) {
      Thread[] threads = new Thread[size];
      int count = root.enumerate(threads);
      if (count < size) {
        return Arrays.asList(threads).subList(0, count);
      }
    }
  }

  @SuppressWarnings("deprecation") // threadId() came with Java 19.
  private static long idOf(Thread thread) {
    return thread.getId();
  }

  private static Set<String> descriptorsNow() {
    Set<String> found = new TreeSet<>();
    if (!Files.isDirectory(DESCRIPTORS)) {
      return found;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path each : all) {
        String target = targetOf(each);
        if (target.startsWith("socket:")
            || target.startsWith("pipe:")
            || target.startsWith("anon_inode:")) {
          found.add(each.getFileName() + " -> " + target);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("Cannot list " + DESCRIPTORS, e);
    }
    return found;
  }

  private static String targetOf(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }
}
