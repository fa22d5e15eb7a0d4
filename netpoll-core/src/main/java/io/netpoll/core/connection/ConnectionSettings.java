package io.netpoll.core.connection;

import io.netpoll.CloseCallback;
import io.netpoll.OnConnect;
import io.netpoll.OnDisconnect;
import io.netpoll.OnPrepare;
import io.netpoll.OnRequest;
import io.netpoll.core.execution.ContextLoader;
import io.netpoll.core.execution.StartPolicy;
import io.netpoll.internal.LogLimit;
import io.netpoll.internal.Nanos;
import io.netpoll.spi.Filter;
import io.netpoll.spi.StreamSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all connections of one event loop, or of one dialer, start with. Immutable. */
public final class ConnectionSettings {
  final @Nullable OnPrepare onPrepare;
  final @Nullable OnConnect onConnect;
  final @Nullable OnRequest onRequest;
  final @Nullable OnDisconnect onDisconnect;
  final @Nullable CloseCallback onClose;
  final Deadline readDeadline;
  final Deadline writeDeadline;
  final long inactivityTimeoutNanos;
  final int inputHighWaterMark;
  final int outputHighWaterMark;
  final int inputLowWaterMark;
  final int outputLowWaterMark;
  final boolean halfClose;
  final boolean coalesceFlushes;
  final Filter.@Nullable Factory filter;
  public final ContextLoader context = new ContextLoader();

  /** For what is said of a handler that leaves its input at the mark. */
  final LogLimit leftUnread = new LogLimit();

  final StartPolicy.Seed startSeed = new StartPolicy.Seed();
  public final @Nullable ConnectionOwner owner;

  /** A low-water mark that was not set: half of the high one. */
  private static final int HALF = -1;

  private final Duration idleTimeout;
  private final Map<SocketOption<?>, Object> options;

  private ConnectionSettings(Builder from, @Nullable ConnectionOwner owner) {
    this.onPrepare = from.onPrepare;
    this.onConnect = from.onConnect;
    this.onRequest = from.onRequest;
    this.onDisconnect = from.onDisconnect;
    this.onClose = from.onClose;
    this.readDeadline = new Deadline(from.readTimeoutNanos);
    this.writeDeadline = new Deadline(from.writeTimeoutNanos);
    this.inactivityTimeoutNanos = from.inactivityTimeoutNanos;
    this.inputHighWaterMark = from.inputHighWaterMark;
    this.outputHighWaterMark = from.outputHighWaterMark;
    this.inputLowWaterMark = low("input", from.inputLowWaterMark, inputHighWaterMark);
    this.outputLowWaterMark = low("output", from.outputLowWaterMark, outputHighWaterMark);
    this.halfClose = from.halfClose;
    this.coalesceFlushes = from.coalesceFlushes;
    this.filter = from.filter;
    this.owner = owner;
    this.idleTimeout = from.idleTimeout;
    this.options = Map.copyOf(from.options);
  }

  /**
   * The options that a new socket gets: the user's, and under them the defaults that it has.
   *
   * @param supported what sockets of its kind have
   * @return options with their values
   */
  public Map<SocketOption<?>, Object> socketOptions(Set<SocketOption<?>> supported) {
    Map<SocketOption<?>, Object> all = new LinkedHashMap<>();
    if (supported.contains(StandardSocketOptions.TCP_NODELAY)) {
      all.put(StandardSocketOptions.TCP_NODELAY, true);
      all.putAll(KeepAlive.options(idleTimeout, supported));
    }
    NamedOptions.putAll(all, options);
    return all;
  }

  /**
   * Whether connections stay open for output after the peer's FIN.
   *
   * @return false if they close by themselves
   */
  public boolean halfClose() {
    return halfClose;
  }

  /**
   * The context class loader of user code that is about these connections.
   *
   * @return that of the thread which made the settings
   */
  public ContextLoader context() {
    return context;
  }

  /**
   * Gives up a socket that was admitted and cannot be watched. Takes no memory.
   *
   * @param peer by which it was admitted; null if there is no owner
   */
  public void lose(StreamSocket socket, @Nullable SocketAddress peer) {
    try {
      socket.close();
    } finally {
      leave(peer);
    }
  }

  /** Gives back the place of a socket that was admitted and is not watched. Takes no memory. */
  public void leave(@Nullable SocketAddress peer) {
    if (owner != null && peer != null) {
      owner.lost(peer);
    }
  }

  /** Collects the settings; the builders of event loops and dialers hand over to it. */
  public static final class Builder {
    private @Nullable OnPrepare onPrepare;
    private @Nullable OnConnect onConnect;
    private @Nullable OnRequest onRequest;
    private @Nullable OnDisconnect onDisconnect;
    private @Nullable CloseCallback onClose;
    private long readTimeoutNanos;
    private long writeTimeoutNanos = Duration.ofSeconds(30).toNanos();
    private long inactivityTimeoutNanos;
    private Duration idleTimeout = Duration.ofMinutes(10);
    private int inputHighWaterMark = 1 << 20;
    private int outputHighWaterMark = 1 << 20;
    private int inputLowWaterMark = HALF;
    private int outputLowWaterMark = HALF;
    private boolean halfClose;
    private boolean coalesceFlushes;
    private Filter.@Nullable Factory filter;
    private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();

    /** Starts with the defaults that the API documents. */
    public Builder() {}

    /**
     * Sets OnPrepare.
     *
     * @param callback the callback
     */
    public void onPrepare(OnPrepare callback) {
      onPrepare = Objects.requireNonNull(callback, "onPrepare");
    }

    /**
     * Sets OnConnect.
     *
     * @param callback the callback
     */
    public void onConnect(OnConnect callback) {
      onConnect = Objects.requireNonNull(callback, "onConnect");
    }

    /**
     * Sets OnRequest.
     *
     * @param callback the callback
     */
    public void onRequest(OnRequest callback) {
      onRequest = Objects.requireNonNull(callback, "onRequest");
    }

    /**
     * Sets OnDisconnect.
     *
     * @param callback the callback
     */
    public void onDisconnect(OnDisconnect callback) {
      onDisconnect = Objects.requireNonNull(callback, "onDisconnect");
    }

    /**
     * Sets the first close callback, of connections that are dialled.
     *
     * @param callback the callback
     */
    public void onClose(CloseCallback callback) {
      onClose = Objects.requireNonNull(callback, "onClose");
    }

    /**
     * Sets the read timeout.
     *
     * @param timeout zero for none
     */
    public void readTimeout(Duration timeout) {
      readTimeoutNanos = nanos("read", timeout);
    }

    /**
     * Sets the write timeout.
     *
     * @param timeout zero for none
     */
    public void writeTimeout(Duration timeout) {
      writeTimeoutNanos = nanos("write", timeout);
    }

    /**
     * Sets the idle timeout.
     *
     * @param timeout zero for none
     */
    public void idleTimeout(Duration timeout) {
      nanos("idle", timeout);
      idleTimeout = timeout;
    }

    /**
     * Sets the inactivity timeout.
     *
     * @param timeout zero for none
     */
    public void inactivityTimeout(Duration timeout) {
      inactivityTimeoutNanos = nanos("inactivity", timeout);
    }

    /**
     * Sets the bound on unread input.
     *
     * @param bytes at least 1
     */
    public void inputHighWaterMark(int bytes) {
      inputHighWaterMark = mark("input", bytes);
    }

    /**
     * Sets the bound on unsent output.
     *
     * @param bytes at least 1
     */
    public void outputHighWaterMark(int bytes) {
      outputHighWaterMark = mark("output", bytes);
    }

    /**
     * Sets where input goes on.
     *
     * @param bytes at least 0
     */
    public void inputLowWaterMark(int bytes) {
      inputLowWaterMark = lowMark("input", bytes);
    }

    /**
     * Sets where output goes on.
     *
     * @param bytes at least 0
     */
    public void outputLowWaterMark(int bytes) {
      outputLowWaterMark = lowMark("output", bytes);
    }

    /**
     * Sets whether output stays open after the peer's FIN.
     *
     * @param on true to keep it open
     */
    public void halfClose(boolean on) {
      halfClose = on;
    }

    /**
     * Sets whether flushes leave together.
     *
     * @param on true to coalesce
     */
    public void coalesceFlushes(boolean on) {
      coalesceFlushes = on;
    }

    /**
     * Sets what stands between a socket and what is read and written.
     *
     * @param factory makes the filter of a connection
     */
    public void filter(Filter.Factory factory) {
      filter = Objects.requireNonNull(factory, "filter");
    }

    /**
     * Sets an option of new sockets.
     *
     * @param <T> type of its value
     * @param option the option
     * @param value its value
     */
    public <T> void option(SocketOption<T> option, T value) {
      NamedOptions.put(options, option, value);
    }

    /**
     * Makes the settings.
     *
     * @param owner answers for the connections; may be null
     * @return the settings
     * @throws IllegalArgumentException if a low-water mark is not below its high-water mark
     */
    public ConnectionSettings build(@Nullable ConnectionOwner owner) {
      return new ConnectionSettings(this, owner);
    }

    private static int lowMark(String name, int bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException(
            "The " + name + " low-water mark must be at least 0 bytes, not " + bytes + ".");
      }
      return bytes;
    }

    private static int mark(String name, int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException(
            "The " + name + " high-water mark must be at least 1 byte, not " + bytes + ".");
      }
      return bytes;
    }
  }

  private static int low(String name, int low, int high) {
    if (low >= high) {
      throw new IllegalArgumentException(
          "The "
              + name
              + " low-water mark must be below the high-water mark of "
              + high
              + " bytes, not "
              + low
              + ".");
    }
    return low == HALF ? high / 2 : low;
  }

  /**
   * Checks a timeout.
   *
   * @param name which one, for the message
   * @param timeout the value
   * @return it in nanoseconds, 0 for none, at most about 146 years
   * @throws IllegalArgumentException if it is negative
   */
  static long nanos(String name, Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "The " + name + " timeout must be zero (none) or positive, not " + timeout + ".");
    }
    return Nanos.of(timeout);
  }
}
