package io.netpoll.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sets socket options, and refuses those that a channel lacks with a sentence that names them. */
final class Options {
  private static volatile @Nullable Set<SocketOption<?>> tcp;
  private static volatile @Nullable Set<SocketOption<?>> unixDomain;

  private Options() {}

  /** What TCP sockets have. */
  static Set<SocketOption<?>> ofTcp() {
    Set<SocketOption<?>> known = tcp;
    if (known == null) {
      known = ask(null);
      tcp = known;
    }
    return known;
  }

  /** What Unix-domain sockets have; nothing where the system has no such sockets. */
  static Set<SocketOption<?>> ofUnixDomain() {
    Set<SocketOption<?>> known = unixDomain;
    if (known == null) {
      known = ask(StandardProtocolFamily.UNIX);
      unixDomain = known;
    }
    return known;
  }

  /** Asks a socket made for that. Not kept if it cannot be made, for want of descriptors say. */
  private static Set<SocketOption<?>> ask(@Nullable ProtocolFamily family) {
    try (SocketChannel channel = open(family)) {
      return Set.copyOf(channel.supportedOptions());
    } catch (UnsupportedOperationException e) {
      return Set.of();
    } catch (IOException e) {
      throw new UncheckedIOException("The options of sockets cannot be found out.", e);
    }
  }

  /**
   * Sets one option.
   *
   * @throws UnsupportedOperationException if the channel lacks it
   * @throws IllegalArgumentException if the value is not one of the option's
   */
  static <T> void set(NetworkChannel channel, SocketOption<T> option, T value) throws IOException {
    if (!channel.supportedOptions().contains(option)) {
      throw new UnsupportedOperationException(
          "The nio backend has no option " + option.name() + " for this kind of socket.");
    }
    channel.setOption(option, value);
  }

  /** Sets all of them, each as {@link #set} does. */
  static void setAll(NetworkChannel channel, Map<SocketOption<?>, Object> options)
      throws IOException {
    for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
      setUntyped(channel, entry.getKey(), entry.getValue());
    }
  }

  @SuppressWarnings("unchecked") // The channel itself checks the value against the option's type.
  private static void setUntyped(NetworkChannel channel, SocketOption<?> option, Object value)
      throws IOException {
    set(channel, (SocketOption<Object>) option, value);
  }

  /**
   * Tries options out on a socket made for that, so that a wrong one is found before the first
   * connection and not with it.
   *
   * @param family of the socket, null for TCP
   */
  static void tryOut(@Nullable ProtocolFamily family, Map<SocketOption<?>, Object> options)
      throws IOException {
    if (options.isEmpty()) {
      return;
    }
    try (SocketChannel channel = open(family)) {
      setAll(channel, options);
    }
  }

  /** Opens a socket of a family, or of the one that the JDK prefers for TCP if it is null. */
  static SocketChannel open(@Nullable ProtocolFamily family) throws IOException {
    return family == null ? SocketChannel.open() : SocketChannel.open(family);
  }
}
