package io.netpoll.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.io.File;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A listening TCP socket, and Java virtual machines that inherit it, as those that a service
 * manager starts. The JDK starts processes that inherit nothing, so it is the C library that does
 * it here. Closing it kills what still runs.
 */
final class Launcher implements AutoCloseable {
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int BACKLOG = 4096;

  /** More than the C library's {@code posix_spawn_file_actions_t} takes. */
  private static final int ACTIONS_SIZE = 512;

  /** A process that inherits the socket. */
  static final class Child {
    private final int pid;
    private boolean reaped;

    private Child(int pid) {
      this.pid = pid;
    }

    long pid() {
      return pid;
    }

    /** Sends SIGTERM. */
    void terminate() {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }

    /** Waits for the end, which the caller brings about; returns the exit code. */
    int exitCode() {
      ByteBuffer status = memory(Integer.BYTES);
      call("waitpid", pid, address(status), 0);
      reaped = true;
      return status.getInt(0) >> 8 & 0xff;
    }

    private void kill() {
      if (!reaped) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        exitCode();
      }
    }
  }

  private final int fd;
  private final int port;
  private final List<Child> children = new ArrayList<>();

  /** Binds a free port of the loopback interface. */
  Launcher() {
    fd = call("socket", AF_INET, SOCK_STREAM_CLOEXEC, 0);
    ByteBuffer name = memory(16);
    name.putShort(0, (short) AF_INET);
    name.put(4, InetAddress.getLoopbackAddress().getAddress());
    call("bind", fd, address(name), name.capacity());
    call("listen", fd, BACKLOG);
    ByteBuffer length = memory(Integer.BYTES).putInt(0, name.capacity());
    call("getsockname", fd, address(name), address(length));
    port = (name.get(2) & 0xff) << 8 | name.get(3) & 0xff;
  }

  int port() {
    return port;
  }

  /**
   * Starts {@code java} with the socket and with the class path of this process.
   *
   * @param descriptor the number that the socket is to have there
   * @param output where its standard output and error go, unless it redirects them
   * @param variables in the shell's form; {@code $$} is the process itself
   * @param main the class, and its arguments
   */
  Child start(int descriptor, Path output, String variables, List<String> main) {
    List<String> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.add(Path.of(entry).toAbsolutePath().toString());
    }
    List<String> command = new ArrayList<>(List.of("sh", "-c"));
    command.add(variables + " exec \"$0\" \"$@\" > '" + output + "' 2>&1");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-classpath", String.join(File.pathSeparator, path)));
    command.addAll(main);
    Child child = new Child(spawn(descriptor, command));
    children.add(child);
    return child;
  }

  private int spawn(int descriptor, List<String> command) {
    ByteBuffer actions = memory(ACTIONS_SIZE);
    call("posix_spawn_file_actions_init", address(actions));
    call("posix_spawn_file_actions_adddup2", address(actions), fd, descriptor);
    List<ByteBuffer> words = command.stream().map(Launcher::text).toList();
    ByteBuffer arguments = memory((words.size() + 1) * Long.BYTES);
    for (int i = 0; i < words.size(); i++) {
      arguments.putLong(i * Long.BYTES, address(words.get(i)));
    }
    ByteBuffer program = text("/bin/sh");
    ByteBuffer nothing = memory(Long.BYTES);
    ByteBuffer pid = memory(Integer.BYTES);
    int error =
        call(
            "posix_spawn",
            address(pid),
            address(program),
            address(actions),
            0,
            address(arguments),
            address(nothing));
    Reference.reachabilityFence(words);
    call("posix_spawn_file_actions_destroy", address(actions));
    if (error != 0) {
      throw new AssertionError("posix_spawn failed with error " + error);
    }
    return pid.getInt(0);
  }

  @Override
  public void close() {
    children.forEach(Child::kill);
    call("close", fd);
  }

  // ---- The C library -------------------------------------------------------------------------

  private static ByteBuffer memory(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return memory(bytes.length + 1).put(0, bytes);
  }

  private static long address(ByteBuffer buffer) {
    return MemoryIO.getCheckedInstance().getDirectBufferAddress(buffer);
  }

  private static int call(String function, long... arguments) {
    long symbol = Library.getDefault().getSymbolAddress(function);
    Type[] types = new Type[arguments.length];
    Arrays.fill(types, Type.SINT64);
    CallContext context =
        CallContext.getCallContext(Type.SINT64, types, CallingConvention.DEFAULT, true);
    Invoker invoker = Invoker.getInstance();
    long[] a = arguments;
    int result =
        (int)
            switch (a.length) {
              case 1 -> invoker.invokeL1(context, symbol, a[0]);
              case 2 -> invoker.invokeL2(context, symbol, a[0], a[1]);
              case 3 -> invoker.invokeL3(context, symbol, a[0], a[1], a[2]);
              case 6 -> invoker.invokeL6(context, symbol, a[0], a[1], a[2], a[3], a[4], a[5]);
              default -> throw new IllegalArgumentException(a.length + " arguments");
            };
    if (result < 0) {
      throw new AssertionError(function + " failed");
    }
    return result;
  }
}
