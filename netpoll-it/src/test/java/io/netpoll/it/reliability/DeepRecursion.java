package io.netpoll.it.reliability;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.ReadTimeoutException;
import io.netpoll.Reader;
import io.netpoll.it.Setting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server whose handlers recurse until their stack is full, around what they call of the library:
 * its connection ends, others are served, and the group closes. In a process of its own, so that
 * nothing was loaded or compiled before the first stack is full.
 */
public final class DeepRecursion {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final int ANSWERED = 'q';

  private DeepRecursion() {}

  /** What the recursion goes around. */
  enum Around {
    FLUSHES {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        c.writer().writeInt(depth);
        c.writer().flush();
        return recurse(stage, c, depth + 1) + 1;
      }
    },
    FLUSHES_ON_THE_WAY_BACK {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        try {
          return recurse(stage, c, depth + 1) + 1;
        } finally {
          c.writer().writeInt(depth);
          c.writer().flush();
        }
      }
    },
    LARGE_WRITES {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        c.writer().writeBinary(new byte[5000]);
        if (depth % 8 == 0) {
          c.writer().flush();
        }
        return recurse(stage, c, depth + 1) + 1;
      }
    },
    READS_THAT_WAIT {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        if (depth % 16 == 0) {
          c.setReadTimeout(SHORT);
          try {
            c.reader().readLong();
          } catch (ReadTimeoutException expected) {
            // It is not to be sent.
          }
        }
        return recurse(stage, c, depth + 1) + 1;
      }
    },
    READS_THAT_WAIT_ON_THE_WAY_BACK {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        try {
          return recurse(stage, c, depth + 1) + 1;
        } finally {
          c.setReadTimeout(SHORT);
          if (stage.waits.getCount() > 0) {
            stage.waits.countDown();
            c.reader().readLong();
          }
        }
      }
    },
    SLICES {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        Reader in = c.reader();
        if (in.length() > 0) {
          c.writer().append(in.slice(1));
          c.writer().flush();
        }
        return recurse(stage, c, depth + 1) + 1;
      }
    },
    DIALS {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        try {
          return recurse(stage, c, depth + 1) + 1;
        } finally {
          if (depth % 8 == 0 && stage.waits.getCount() > 0) {
            stage.waits.countDown();
            stage.dialer.connect("tcp", stage.address(), Duration.ofSeconds(5)).close();
          }
        }
      }
    },
    ACQUISITIONS {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        try {
          return recurse(stage, c, depth + 1) + 1;
        } finally {
          if (stage.waits.getCount() > 0) {
            stage.waits.countDown();
            try (ConnectionPool.Lease lease = stage.pool.acquire(Duration.ofSeconds(5))) {
              lease.connection().writer().writeByte(ANSWERED);
              lease.connection().writer().flush();
              lease.connection().reader().readByte();
            }
          }
        }
      }
    },
    CLOSING {
      @Override
      int recurse(Stage stage, Connection c, int depth) throws IOException {
        try {
          return recurse(stage, c, depth + 1) + 1;
        } finally {
          c.addCloseCallback(closed -> {});
          c.close();
        }
      }
    };

    abstract int recurse(Stage stage, Connection connection, int depth) throws IOException;

    /**
     * Nothing waits inline; and the stack of a virtual thread that waits on its way is the heap.
     */
    boolean isPossible(Execution.Mode mode) {
      return switch (this) {
        case READS_THAT_WAIT -> mode != Execution.Mode.INLINE && mode != Execution.Mode.VIRTUAL;
        case READS_THAT_WAIT_ON_THE_WAY_BACK, DIALS, ACQUISITIONS -> mode != Execution.Mode.INLINE;
        default -> true;
      };
    }
  }

  /** A server, and what its handlers need. */
  private static final class Stage implements OnRequest {
    final Around around;
    final CountDownLatch closed = new CountDownLatch(1);

    /** How often handlers wait, at most: each wait takes its time. */
    final CountDownLatch waits = new CountDownLatch(50);

    final PollerGroup group;
    final Listener listener;
    final Dialer dialer;
    final ConnectionPool pool;

    Stage(Setting setting, Around around) throws IOException {
      this.around = around;
      group =
          PollerGroup.builder()
              .backend(setting.backend())
              .execution(setting.execution())
              .loops(1)
              .build();
      listener =
          Listener.builder()
              .group(group)
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      dialer = Dialer.builder().group(group).readTimeout(Duration.ofSeconds(5)).build();
      pool = ConnectionPool.builder("tcp", address()).dialer(dialer).maxConnections(2).build();
      EventLoop.builder(this).build().start(listener);
    }

    String address() {
      return "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void onRequest(Connection connection) throws IOException {
      if (connection.reader().peek(1).get(0) == ANSWERED) {
        connection.writer().append(connection.reader().slice(1));
        connection.writer().flush();
      } else {
        connection.addCloseCallback(c -> closed.countDown());
        around.recurse(this, connection, 0);
      }
    }
  }

  /** Prints a line for each kind of recursion, and one that tells what did not end well. */
  public static void main(String[] arguments) throws Exception {
    Setting setting = new Setting(arguments[0], Setting.execution(arguments[1]));
    StringBuilder faults = new StringBuilder();
    for (Around around : Around.values()) {
      if (!around.isPossible(setting.execution().mode())) {
        continue;
      }
      String fault = run(new Stage(setting, around));
      System.out.println(around + " " + fault);
      faults.append(fault.isEmpty() ? "" : around + fault);
    }
    System.out.println(faults.length() == 0 ? "well" : faults);
    System.exit(0); // whatever hangs
  }

  private static String run(Stage stage) throws Exception {
    String fault = "";
    try (Socket deep = dial(stage);
        Socket other = dial(stage)) {
      Thread reader = new Thread(() -> drain(deep));
      reader.setDaemon(true);
      reader.start();
      deep.getOutputStream().write(new byte[7]);
      if (!stage.closed.await(20, TimeUnit.SECONDS)) {
        fault += " leaves its connection open;";
      }
      other.getOutputStream().write(ANSWERED);
      if (other.getInputStream().read() != ANSWERED) {
        fault += " leaves others unserved;";
      }
    } catch (IOException e) {
      fault += " lets others fail (" + e + ");";
    }
    stage.pool.close(Duration.ofSeconds(1));
    Thread closing = new Thread(stage.group::close);
    closing.start();
    closing.join(20_000);
    if (closing.isAlive()) {
      fault += " keeps its group from closing;";
    }
    return fault;
  }

  private static Socket dial(Stage stage) throws IOException {
    Socket socket = new Socket();
    socket.connect(stage.listener.localAddress());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void drain(Socket socket) {
    byte[] bytes = new byte[1 << 16];
    try {
      while (socket.getInputStream().read(bytes) >= 0) {}
    } catch (IOException reset) {
      // So it ends, too.
    }
  }
}
