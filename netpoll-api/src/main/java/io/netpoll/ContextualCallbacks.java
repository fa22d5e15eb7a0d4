package io.netpoll;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Callbacks of a server that share a typed context: OnPrepare makes one for each connection, and
 * the others are given it. Made by {@link EventLoop#withContext}; not thread-safe.
 *
 * <p>The context is what is {@linkplain Connection#attach attached} to the connection, so close
 * callbacks find it with {@link Connection#attachment}, and OnConnect may attach another one of its
 * type.
 *
 * @param <C> the type of the context
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class ContextualCallbacks<C> {
  private final OnPrepare onPrepare;
  private @Nullable OnConnect onConnect;
  private @Nullable OnDisconnect onDisconnect;

  /**
   * {@link OnPrepare} with a result.
   *
   * @param <C> the type of the context
   */
  @FunctionalInterface
  public interface Factory<C> {

    /**
     * Prepares a connection and makes its context.
     *
     * @param connection the new connection; nothing was read from it yet
     * @return the context; null only for a connection that this call has closed to refuse it
     * @throws Exception any exception closes the connection and is logged
     */
    @Nullable C prepare(Connection connection) throws Exception;
  }

  /**
   * {@link OnConnect}, {@link OnRequest} or {@link OnDisconnect}, with the context.
   *
   * @param <C> the type of the context
   */
  @FunctionalInterface
  public interface Callback<C> {

    /**
     * Does what the callback is for.
     *
     * @param connection the connection
     * @param context its context
     * @throws Exception as of the callback that this stands for
     */
    void call(Connection connection, C context) throws Exception;
  }

  ContextualCallbacks(Factory<? extends C> factory) {
    Objects.requireNonNull(factory, "factory");
    this.onPrepare =
        connection -> {
          C context = factory.prepare(connection);
          if (context == null && connection.isOpen()) {
            throw new IllegalStateException(
                "OnPrepare made no context for the connection to "
                    + connection.remoteAddress()
                    + ": return one, or close the connection to refuse it.");
          }
          connection.attach(context);
        };
  }

  /**
   * Sets the callback that greets a connection. None by default.
   *
   * @param callback as {@link OnConnect}
   * @return this
   */
  public ContextualCallbacks<C> onConnect(Callback<? super C> callback) {
    Objects.requireNonNull(callback, "onConnect");
    onConnect = connection -> callback.call(connection, contextOf(connection));
    return this;
  }

  /**
   * Sets the callback that learns that a peer is gone. None by default.
   *
   * @param callback as {@link OnDisconnect}
   * @return this
   */
  public ContextualCallbacks<C> onDisconnect(Callback<? super C> callback) {
    Objects.requireNonNull(callback, "onDisconnect");
    onDisconnect = connection -> callback.call(connection, contextOf(connection));
    return this;
  }

  /**
   * Sets the handler, the last of these callbacks, and goes on with the server's other settings.
   *
   * @param callback as {@link OnRequest}
   * @return a builder that has these callbacks; its own {@code onPrepare} would replace the context
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  public EventLoop.Builder onRequest(Callback<? super C> callback) {
    Objects.requireNonNull(callback, "An event loop needs an OnRequest handler: pass one.");
    EventLoop.Builder builder =
        EventLoop.builder(connection -> callback.call(connection, contextOf(connection)))
            .onPrepare(onPrepare);
    if (onConnect != null) {
      builder.onConnect(onConnect);
    }
    if (onDisconnect != null) {
      builder.onDisconnect(onDisconnect);
    }
    return builder;
  }

  /** The context: what the factory made, or another one of its type. */
  @SuppressWarnings("unchecked")
  private C contextOf(Connection connection) {
    return (C) connection.attachment(Object.class);
  }
}
