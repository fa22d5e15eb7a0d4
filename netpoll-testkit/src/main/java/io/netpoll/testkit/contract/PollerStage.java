package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import io.netpoll.testkit.PollCheck;
import io.netpoll.testkit.ThreadsAndDescriptors;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A poller whose leader is the test's thread, and the sockets of a test. Closing it closes them all
 * and checks that every endpoint got its last event, every page came back, and every descriptor and
 * thread is gone.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class PollerStage implements AutoCloseable {
  static {
    ThreadsAndDescriptors.openWhatTheJdkKeeps();
  }

  /** How long the poll of a quiet poller lasts, and how many may return before. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final int QUIET_RETURNS = 3;

  /** How long the poll lasts with which a test ends. */
  private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final ThreadsAndDescriptors before;
  private final PlainPages pages = new PlainPages();
  private final PollerProvider provider;
  private final PollCheck check;
  private final Poller poller;
  private final List<Poller> pollers = new ArrayList<>();
  private final List<RecordingEndpoint> endpoints = new ArrayList<>();
  private final Deque<AutoCloseable> others = new ArrayDeque<>();

  private volatile boolean telling;

  /**
   * Opens a poller.
   *
   * @param provider the backend
   * @throws IOException if it opens none
   */
  public PollerStage(PollerProvider provider) throws IOException {
    this.provider = provider;
    provider.supportedOptions(false); // may find out by means of sockets, once
    before = ThreadsAndDescriptors.now(List.of());
    check = PollCheck.ofTestAsLeader(provider);
    poller = check.open(pages);
    pollers.add(poller);
  }

  /**
   * The backend.
   *
   * @return as given
   */
  public PollerProvider provider() {
    return provider;
  }

  /**
   * The poller; its events are to be dispatched by this class.
   *
   * @return always the same
   */
  public Poller poller() {
    return poller;
  }

  /** Where the poller's own pages come from. */
  PlainPages pages() {
    return pages;
  }

  /**
   * Opens a second poller of the backend, closed at the end.
   *
   * @return a poller
   * @throws IOException if the backend opens none
   */
  public Poller anotherPoller() throws IOException {
    Poller another = keep(check.open(pages));
    pollers.add(another);
    return another;
  }

  /**
   * Closes something at the end, before what was kept earlier.
   *
   * @param <T> its type
   * @param resource what to close
   * @return the same
   */
  public <T extends AutoCloseable> T keep(T resource) {
    others.push(resource);
    return resource;
  }

  // ---- The leader ----------------------------------------------------------------------------

  boolean isTelling() {
    return telling;
  }

  /**
   * Handles one event of the batch.
   *
   * @return what {@link Poller#dispatch} says
   */
  public boolean dispatchOne() {
    return dispatchOne(poller);
  }

  private boolean dispatchOne(Poller which) {
    telling = true;
    try {
      return which.dispatch();
    } finally {
      telling = false;
    }
  }

  /** Handles the batch. */
  public void dispatch() {
    dispatch(poller);
  }

  private void dispatch(Poller which) {
    while (dispatchOne(which)) {}
  }

  /**
   * Handles what is there without waiting for more.
   *
   * @throws IOException if polling fails
   */
  public void turn() throws IOException {
    poller.poll(0);
    dispatch();
  }

  /**
   * Polls until a condition holds.
   *
   * @param condition looked at before each poll
   * @throws IOException if polling fails
   */
  public void until(BooleanSupplier condition) throws IOException {
    until(poller, condition);
  }

  /**
   * Polls with a poller of this stage until a condition holds.
   *
   * @param which the poller
   * @param condition looked at before each poll
   * @throws IOException if polling fails
   */
  public void until(Poller which, BooleanSupplier condition) throws IOException {
    // Both time and turns: a machine that stands still for a while is not the poller's failure.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    for (int turns = 0; !condition.getAsBoolean(); turns++) {
      assertThat(turns < 500 || System.nanoTime() < deadline).as("in time").isTrue();
      which.poll(TimeUnit.MILLISECONDS.toNanos(20));
      dispatch(which);
    }
  }

  /**
   * Polls until an endpoint was told something.
   *
   * @param endpoint an endpoint of this stage
   * @param event for example {@code ended}
   * @throws IOException if polling fails
   */
  public void untilTold(RecordingEndpoint endpoint, String event) throws IOException {
    until(() -> endpoint.events.contains(event));
  }

  /**
   * Polls until a text has arrived in full.
   *
   * @param endpoint an endpoint of this stage
   * @param text all that arrives
   * @throws IOException if polling fails
   */
  public void untilReceived(RecordingEndpoint endpoint, String text) throws IOException {
    until(() -> endpoint.received.size() >= text.length());
    assertThat(endpoint.text()).isEqualTo(text);
  }

  /**
   * Polls until a poll sleeps, and fails if more than a few return before.
   *
   * @throws IOException if polling fails
   */
  public void assertQuiet() throws IOException {
    turn();
    turn();
    int returns = check.pollUntilItSleeps(poller, QUIET_NANOS, this::dispatch);
    assertThat(returns).as("returns of poll").isLessThanOrEqualTo(QUIET_RETURNS);
  }

  /**
   * Polls with each open poller until a poll sleeps: until nothing is left to do. The end of every
   * test does so, too, in whatever state it leaves its sockets.
   *
   * @throws IOException if polling fails
   * @throws AssertionError if a poller spins, or has spun
   */
  public void awaitSleep() throws IOException {
    for (Poller each : pollers) {
      if (!check.isClosed(each)) {
        check.pollUntilItSleeps(each, SLEEP_NANOS, () -> dispatch(each));
      }
    }
  }

  /** Closes the poller, and hears what it tells. */
  public void closePoller() {
    telling = true;
    try {
      poller.close();
    } finally {
      telling = false;
    }
  }

  // ---- Sockets -------------------------------------------------------------------------------

  /**
   * Watches a socket with this stage's poller.
   *
   * @param socket connected
   * @param endpoint gets its events
   * @return the endpoint, with its handle
   * @throws IOException if the poller refuses
   */
  public RecordingEndpoint attach(StreamSocket socket, RecordingEndpoint endpoint)
      throws IOException {
    return attach(poller, socket, endpoint);
  }

  /**
   * Watches a socket.
   *
   * @param which the poller
   * @param socket connected
   * @param endpoint gets its events
   * @return the endpoint, with its handle
   * @throws IOException if the poller refuses
   */
  public RecordingEndpoint attach(Poller which, StreamSocket socket, RecordingEndpoint endpoint)
      throws IOException {
    endpoint.enter(this);
    endpoint.handle = which.attach(socket, endpoint);
    endpoints.add(endpoint);
    return endpoint;
  }

  /**
   * Starts to connect.
   *
   * @param remote the server's address
   * @return a new endpoint, with its handle
   * @throws IOException if the poller refuses at once
   */
  public RecordingEndpoint connect(SocketAddress remote) throws IOException {
    return connect(remote, null, Map.of());
  }

  /**
   * Starts to connect.
   *
   * @param remote the server's address
   * @param local the address to bind, or null
   * @param options of the socket
   * @return a new endpoint, with its handle
   * @throws IOException if the poller refuses at once
   */
  public RecordingEndpoint connect(
      SocketAddress remote, @Nullable SocketAddress local, Map<SocketOption<?>, Object> options)
      throws IOException {
    RecordingEndpoint endpoint = new RecordingEndpoint();
    endpoint.enter(this);
    endpoint.handle = poller.connect(remote, local, options, endpoint);
    endpoints.add(endpoint);
    return endpoint;
  }

  @Override
  public void close() {
    try {
      awaitSleep();
    } catch (IOException e) {
      throw new AssertionError("A poller is broken.", e);
    } finally {
      closeAll();
    }
    check.assertNoneSpun();
    check.assertNothingKept();
    for (RecordingEndpoint endpoint : endpoints) {
      assertThat(endpoint.isOver()).as("last event of %s", endpoint.events).isTrue();
    }
    assertThat(pages.lent()).as("pages that the poller keeps").isZero();
    assertThat(ThreadsAndDescriptors.now(List.of()).beyond(before)).as("left behind").isEmpty();
  }

  private void closeAll() {
    closePoller();
    telling = true; // a second poller may be among the others
    others.forEach(PollerStage::close);
    telling = false;
  }

  private static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      throw new AssertionError("Cannot close " + resource, e);
    }
  }
}
