package io.netpoll.testkit;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The network of the backend {@code fake}, as a test controls it. One for the process, so tests
 * that use it must not run in parallel; {@link #reset()} between them.
 */
public final class FakeNetwork {
  private static final Set<FakePoller> POLLERS = ConcurrentHashMap.newKeySet();
  private static final AtomicLong POLLS = new AtomicLong();
  private static volatile boolean completionBased;

  private FakeNetwork() {}

  /**
   * Dials a listening socket as a remote client would. Does not wait for it to be accepted. Sockets
   * that share the port with {@code SO_REUSEPORT} are dialled in turn.
   *
   * @param address where a listening socket is bound
   * @return the client's end
   * @throws ConnectException if nobody listens there, or the backlog is full
   */
  public static FakePeer connect(SocketAddress address) throws ConnectException {
    Side side = Places.dial(address, Places.localFor(address, null));
    if (side == null) {
      throw new ConnectException("Connection timed out: " + address);
    }
    return new FakePeer(side);
  }

  /**
   * Listens as a remote server would.
   *
   * @param address a resolved address, port 0 for a free one, or a path
   * @return the open listener
   * @throws IOException if the address is in use
   */
  public static FakeListener listen(SocketAddress address) throws IOException {
    return new FakeListener(Places.bind(address, null, 1024, Map.of()));
  }

  /**
   * The options of the listening sockets themselves, of whoever bound them.
   *
   * @param address where they are bound
   * @return a map for each socket; several if they share the port, none if nobody listens there
   */
  public static List<Map<SocketOption<?>, Object>> optionsOfListeners(SocketAddress address) {
    return Places.at(address).stream()
        .<Map<SocketOption<?>, Object>>map(listening -> Map.copyOf(listening.options))
        .toList();
  }

  /**
   * Lets connecting to an address neither succeed nor fail, until {@link #reset()}.
   *
   * @param address the address, also one where somebody listens
   */
  public static void blackHole(SocketAddress address) {
    Places.addBlackHole(address);
  }

  /**
   * Lets the next use of a system call fail, anywhere in the process. Several plans of one kind
   * strike one after the other.
   *
   * @param fault which
   * @param message the message of the IOException, for example {@code Too many open files}
   */
  public static void failNext(Fault fault, String message) {
    fault.plan(new IOException(message));
    POLLERS.forEach(FakePoller::signal);
  }

  /**
   * Whether a fault that was planned has not struck yet.
   *
   * @param fault which
   * @return true if it still waits
   */
  public static boolean isPlanned(Fault fault) {
    return fault.isPlanned();
  }

  /**
   * Lets the backend read as a completion backend does: into pages of its own, handed over with
   * {@link io.netpoll.spi.Endpoint#received}, and one of them even after input was paused.
   *
   * @param completionBased true for that; false, the default, for a readiness backend
   */
  public static void setCompletionBased(boolean completionBased) {
    FakeNetwork.completionBased = completionBased;
  }

  static boolean isCompletionBased() {
    return completionBased;
  }

  /**
   * How often pollers were polled: a loop that spins shows here.
   *
   * @return the number of calls in this process
   */
  public static long polls() {
    return POLLS.get();
  }

  /**
   * Fails if the library holds anything open that it opened since the last {@link #reset()}:
   * pollers, sockets, listening sockets. What is closed by another thread is to be awaited with
   * {@link Eventually#passes(Eventually.Assertion)}.
   */
  public static void assertNothingOpen() {
    List<String> open = Descriptors.open();
    if (!open.isEmpty()) {
      throw new AssertionError("Still open:\n- " + String.join("\n- ", open));
    }
  }

  /** Fails if the engine broke a rule of the SPI since the last {@link #reset()}. */
  public static void assertNoViolations() {
    List<IllegalStateException> found = Violations.found();
    if (!found.isEmpty()) {
      StringBuilder message = new StringBuilder("The rules of the SPI were broken:");
      found.forEach(violation -> message.append("\n- ").append(violation.getMessage()));
      AssertionError error = new AssertionError(message.toString());
      found.forEach(error::addSuppressed);
      throw error;
    }
  }

  /**
   * Forgets violations, planned faults, black holes and what is open, and reads as a readiness
   * backend again. What lives goes on living.
   */
  public static void reset() {
    Violations.clear();
    Fault.clear();
    Places.clearBlackHoles();
    Descriptors.clear();
    completionBased = false;
  }

  static FakePoller remember(FakePoller poller) {
    POLLERS.add(poller);
    Descriptors.opened(poller);
    return poller;
  }

  static void forget(FakePoller poller) {
    POLLERS.remove(poller);
    Descriptors.closed(poller);
  }

  static void countPoll() {
    POLLS.incrementAndGet();
  }
}
