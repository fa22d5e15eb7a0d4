package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Delayed;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Nanos;
import io.netpoll.internal.StackRoom;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections, each by a {@link Dial}: waits for it, or shows it as a future. Any thread
 * calls its methods.
 */
final class EngineDialer implements Dialer {
  private final @Nullable PollerGroup group;
  private final DialOptions options;

  EngineDialer(@Nullable PollerGroup group, DialOptions options) {
    this.group = group;
    this.options = options;
  }

  /** Whether its connections stay open after the peer's FIN. */
  boolean halfClose() {
    return options.connections().halfClose();
  }

  /** What its connections start with. */
  ConnectionSettings connections() {
    return options.connections();
  }

  /** The group that watches the connections. */
  EngineGroup group() throws PollerUnavailableException {
    PollerGroup chosen = group == null ? PollerGroup.shared() : group;
    if (chosen instanceof EngineGroup engine) {
      return engine;
    }
    throw new IllegalArgumentException(
        "This poller group was not made by this library: use PollerGroup.builder().");
  }

  /** The group; a dial that was prepared ends if there is none. */
  private EngineGroup groupFor(Dial dial) throws PollerUnavailableException {
    boolean there = false;
    try {
      EngineGroup engine = group();
      there = true;
      return engine;
    } finally {
      if (!there) {
        dial.abandon();
      }
    }
  }

  // ---- Waiting -------------------------------------------------------------------------------

  @Override
  public Connection connect(String network, String address, Duration timeout) throws IOException {
    return dial(Target.parse(network, address), timeout);
  }

  @Override
  public Connection connectTcp(
      @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout)
      throws IOException {
    return dial(new Target("tcp", local, remote), timeout);
  }

  @Override
  public Connection connectUnix(
      @Nullable UnixDomainSocketAddress local, UnixDomainSocketAddress remote, Duration timeout)
      throws IOException {
    return dial(new Target("unix", local, remote), timeout);
  }

  /**
   * Dials on behalf of the calling thread. The time counts from when the group is there: that it
   * may have to be opened, in the first dial of a process, is no fault of the server's.
   */
  private Connection dial(Target target, Duration timeout) throws IOException {
    long nanos = positive(timeout);
    DialReport report = new DialReport(target.name(), nanos);
    Caller caller = new Caller(target);
    Await.permit(caller);
    Dial dial = Dial.prepare(options, target, report);
    dial.begin(groupFor(dial));
    Await.Limit limit = Await.Limit.in(nanos);
    dial.result().whenComplete(caller);
    try {
      if (!Await.until(caller, limit, dial, caller)) {
        dial.timeOut();
        // Done by now, or in a moment by who was faster.
        Await.until(caller, Await.Limit.NONE, caller);
      }
    } catch (InterruptedIOException e) {
      abandon(dial, e);
      throw e;
    }
    return outcome(dial.result());
  }

  /**
   * A thread that waits for a dial: is woken by its result, and looks whether it is there. Made and
   * looked at by that thread alone. No lambdas, which would take most of the time of a first dial.
   */
  private static final class Caller
      implements BiConsumer<EngineConnection, Throwable>, BooleanSupplier, Supplier<String> {
    private final Thread thread = Thread.currentThread();
    private final Target target;
    private volatile boolean done;

    Caller(Target target) {
      this.target = target;
    }

    @Override
    public void accept(@Nullable EngineConnection connection, @Nullable Throwable failure) {
      done = true;
      Await.wake(thread);
    }

    @Override
    public boolean getAsBoolean() {
      return done;
    }

    @Override
    public String get() {
      return "Dialling " + target.name();
    }
  }

  /** Gives a dial up, and closes the connection that was established all the same. */
  private static void abandon(Dial dial, Throwable why) {
    dial.giveUp(why);
    dial.result()
        .whenComplete(
            (connection, failure) -> {
              if (connection != null) {
                connection.abort();
              }
            });
  }

  private static Connection outcome(CompletableFuture<EngineConnection> done) throws IOException {
    try {
      return done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException io) {
        throw CallerTrace.in(io);
      }
      if (e.getCause() instanceof RuntimeException runtime) {
        throw CallerTrace.in(runtime);
      }
      throw e;
    }
  }

  // ---- As a future ---------------------------------------------------------------------------

  @Override
  public CompletableFuture<Connection> connectAsync(
      String network, String address, Duration timeout) {
    return dialAsync(Target.parse(network, address), timeout);
  }

  @Override
  public CompletableFuture<Connection> connectTcpAsync(
      @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout) {
    return dialAsync(new Target("tcp", local, remote), timeout);
  }

  @Override
  public CompletableFuture<Connection> connectUnixAsync(
      @Nullable UnixDomainSocketAddress local, UnixDomainSocketAddress remote, Duration timeout) {
    return dialAsync(new Target("unix", local, remote), timeout);
  }

  /** Dials; what it returns completes where handlers run. */
  FutureDial dialAsync(Target target, Duration timeout) {
    StackRoom.forAConnection();
    long nanos = positive(timeout);
    DialReport report = new DialReport(target.name(), nanos);
    Dial dial = Dial.prepare(options, target, report);
    FutureDial future = new FutureDial(dial);
    EngineGroup engine;
    try {
      engine = groupFor(dial);
    } catch (IOException e) {
      future.show(null, e);
      return future;
    }
    dial.begin(engine);
    Delayed deadline = engine.schedule(nanos, dial, dial::timeOut, dial::giveUp);
    dial.result()
        .whenComplete(
            (connection, failure) -> {
              deadline.cancel();
              engine.start(options.connections(), () -> future.show(connection, failure));
            });
    return future;
  }

  private static long positive(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "The timeout of a dial must be positive, not " + timeout + ".");
    }
    return Nanos.of(timeout);
  }
}
