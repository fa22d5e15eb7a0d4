package io.netpoll.it.reliability;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.it.Setting;
import java.io.File;
import java.io.IOException;
import java.util.Objects;

/**
 * A server on a Unix-domain socket, in whatever locale it is started; the arguments are a backend,
 * an execution mode and the path. It answers each byte with the number of descriptors that its
 * process has open.
 */
public final class NamedPeers {
  private NamedPeers() {}

  public static void main(String[] arguments) throws Exception {
    PollerGroup group =
        PollerGroup.builder()
            .backend(arguments[0])
            .execution(Setting.execution(arguments[1]))
            .build();
    Listener listener = Listener.builder().group(group).bind("unix", arguments[2]);
    EventLoop.builder(NamedPeers::answer).build().start(listener);
    System.out.println(System.getProperty("sun.jnu.encoding"));
    Thread.currentThread().join();
  }

  private static void answer(Connection connection) throws IOException {
    while (connection.reader().length() > 0) {
      connection.reader().skip(1);
      Objects.requireNonNull(connection.remoteAddress().toString());
      connection.writer().writeByte(new File("/proc/self/fd").list().length);
      connection.writer().flush();
    }
  }
}
