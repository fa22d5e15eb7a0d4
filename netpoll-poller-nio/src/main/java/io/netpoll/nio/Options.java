package io.netpoll.nio;

import io.netpoll.PeerCredentials;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sets and reads socket options, and refuses those that a channel lacks with a sentence that names
 * them.
 */
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
    try (SocketChannel channel =
        family == null ? SocketChannel.open() : SocketChannel.open(family)) {
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
   * @param address of the socket, for messages: the peer's, or where it listens
   * @throws UnsupportedOperationException if the channel lacks it
   * @throws IllegalArgumentException if the value is not one of the option's
   */
  static <T> void set(
      NetworkChannel channel, SocketAddress address, SocketOption<T> option, T value)
      throws IOException {
    SocketOption<T> own = own(channel, option);
    try {
      channel.setOption(own, value);
    } catch (SocketException e) {
      throw Refused.operation(SystemRefusal.setting(option.name(), value, address), e);
    }
  }

  /**
   * Reads one option.
   *
   * @param address of the socket, for messages
   * @throws UnsupportedOperationException if the channel lacks it
   */
  static <T> T get(NetworkChannel channel, SocketAddress address, SocketOption<T> option)
      throws IOException {
    SocketOption<T> own = own(channel, option);
    try {
      return channel.getOption(own);
    } catch (SocketException e) {
      throw Refused.operation(SystemRefusal.reading(option.name(), address), e);
    }
  }

  /** The JDK's own constant for an option, which is known by its name. */
  @SuppressWarnings("unchecked") // the types are compared
  private static <T> SocketOption<T> own(NetworkChannel channel, SocketOption<T> option) {
    Set<SocketOption<?>> known = channel.supportedOptions();
    if (known.contains(option)) {
      return option;
    }
    for (SocketOption<?> candidate : known) {
      if (candidate.name().equals(option.name()) && candidate.type() == option.type()) {
        return (SocketOption<T>) candidate;
      }
    }
    if (option.type() == PeerCredentials.class) {
      throw new UnsupportedOperationException(
          "The nio backend cannot read " + option.name() + ": use the epoll backend.");
    }
    throw new UnsupportedOperationException(
        "The nio backend has no option "
            + option.name()
            + " for this kind of "
            + (channel instanceof ServerSocketChannel ? "listening socket." : "socket."));
  }

  /** Whether an option is SO_LINGER, whoever's constant it is. */
  static boolean isLinger(SocketOption<?> option) {
    return option.name().equals(StandardSocketOptions.SO_LINGER.name());
  }

  /** Sets all of them, each as {@link #set} does. */
  static void setAll(
      NetworkChannel channel, SocketAddress address, Map<SocketOption<?>, Object> options)
      throws IOException {
    for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
      setUntyped(channel, address, entry.getKey(), entry.getValue());
    }
  }

  @SuppressWarnings("unchecked") // The channel itself checks the value against the option's type.
  private static void setUntyped(
      NetworkChannel channel, SocketAddress address, SocketOption<?> option, Object value)
      throws IOException {
    set(channel, address, (SocketOption<Object>) option, value);
  }

  /**
   * Tries options out on a socket made for that, so that a wrong one is found before the first
   * connection and not with it.
   *
   * @param socket which is to accept sockets with these options
   * @return the same options, under the JDK's own constants
   */
  static Map<SocketOption<?>, Object> tryOut(
      NioListenSocket socket, Map<SocketOption<?>, Object> options) throws IOException {
    if (options.isEmpty()) {
      return Map.of();
    }
    Map<SocketOption<?>, Object> own = new LinkedHashMap<>();
    try (SocketChannel channel = open(socket.family, socket.localAddress())) {
      setAll(channel, socket.localAddress(), options);
      options.forEach((option, value) -> own.put(own(channel, option), value));
    }
    return own;
  }

  /**
   * Opens a socket.
   *
   * @param family null for the one that the JDK prefers for TCP
   * @param address what it is for
   */
  static SocketChannel open(@Nullable ProtocolFamily family, SocketAddress address)
      throws IOException {
    try {
      return family == null ? SocketChannel.open() : SocketChannel.open(family);
    } catch (IOException e) {
      throw Refused.operation(SystemRefusal.opening(address), e);
    }
  }
}
