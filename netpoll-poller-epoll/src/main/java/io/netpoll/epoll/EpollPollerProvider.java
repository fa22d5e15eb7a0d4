package io.netpoll.epoll;

import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.InputWait;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backend on Linux epoll, for x86-64 and aarch64. It goes before the one that runs everywhere.
 *
 * <p>Native code is loaded when somebody asks whether it is available, not before. Its pollers read
 * into the space that connections offer, so they take no page of their own.
 */
public final class EpollPollerProvider implements PollerProvider {
  private final String system;
  private final String cpu;

  /** The last word, once there is one. */
  private volatile @Nullable Availability known;

  /** Called by {@link java.util.ServiceLoader}. */
  public EpollPollerProvider() {
    this(System.getProperty("os.name", "unknown"), System.getProperty("os.arch", "unknown"));
    Versions.require("netpoll-poller-epoll", Version.CURRENT);
  }

  /** For a system and a CPU as {@code os.name} and {@code os.arch} call them. */
  EpollPollerProvider(String system, String cpu) {
    this.system = system;
    this.cpu = cpu;
  }

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public Availability availability() {
    Availability answer = known;
    return answer != null ? answer : findOut();
  }

  private Availability findOut() {
    String reason = null;
    if (!system.startsWith("Linux")) {
      reason = "epoll is a part of Linux, and this is " + system + ".";
    } else if (!EventArray.isX86(cpu) && !cpu.equals("aarch64")) {
      reason = "It runs on the CPUs amd64 and aarch64, and this is " + cpu + ".";
    } else if (Native.FAILURE != null) {
      reason = "The native part of jnr cannot be loaded: " + Native.FAILURE;
    }
    if (reason == null) {
      return answer(Libc.epollCreate(Libc.EPOLL_CLOEXEC));
    }
    Availability no = Availability.no(reason);
    known = no;
    return no;
  }

  /**
   * What follows from the first call of epoll, which a sandbox may deny.
   *
   * @param epoll its result: a descriptor, which is closed, or an error negated
   */
  Availability answer(int epoll) {
    if (epoll < 0) {
      Availability no =
          Availability.no("The system refuses epoll_create1: " + Errno.describe(-epoll) + ".");
      if (epoll == -Errno.EPERM || epoll == -Errno.EACCES || epoll == -Errno.ENOSYS) {
        known = no;
      }
      // Else, as with a want of descriptors, it may not be the last word.
      return no;
    }
    Libc.close(epoll);
    known = Availability.yes();
    return Availability.yes();
  }

  @Override
  public boolean threadAffine() {
    return false;
  }

  @Override
  public Set<SocketOption<?>> supportedOptions(boolean unixDomain) {
    return Options.supported(unixDomain);
  }

  @Override
  public Poller open(PageSource pages) throws IOException {
    return EpollPoller.open();
  }

  @Override
  public ListenSocket bind(SocketAddress address, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return EpollListenSocket.bind(address, backlog, options);
  }

  @Override
  public ListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    return EpollListenSocket.bindWildcard(version, port, backlog, options);
  }

  @Override
  public boolean awaitsInput() {
    return true;
  }

  @Override
  public InputWait openInputWait() throws IOException {
    return EpollInputWait.open();
  }

  @Override
  public boolean adoptsDescriptors() {
    return true;
  }

  @Override
  public ListenSocket adoptListener(int descriptor) throws IOException {
    return EpollListenSocket.adopt(descriptor);
  }

  @Override
  public StreamSocket adoptStream(int descriptor) throws IOException {
    return EpollStreamSocket.adopt(descriptor);
  }

  @Override
  public SourceFile openFile(Path file) throws IOException {
    return EpollFile.open(file);
  }

  /** Loads native code, once a process: a class that failed to initialise keeps no reason. */
  private static final class Native {
    /** Why it cannot be loaded, or null if it was. */
    static final @Nullable String FAILURE = load();

    private Native() {}

    private static @Nullable String load() {
      try {
        Libc.load();
        return null;
      } catch (LinkageError | RuntimeException e) {
        return sentence(e);
      }
    }

    /** What the first cause says, but for the stack traces that jffi puts into its messages. */
    private static String sentence(Throwable failure) {
      Throwable cause = failure;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String line = cause.toString().lines().findFirst().orElseThrow();
      return line.endsWith(".") ? line : line + ".";
    }
  }
}
