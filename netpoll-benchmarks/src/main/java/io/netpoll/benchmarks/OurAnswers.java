package io.netpoll.benchmarks;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;

/**
 * Answers on Netpoll: a handler in blocking style that answers one frame a call, or, where it runs
 * inline and must not wait, one that answers every frame that is there as a whole.
 */
final class OurAnswers implements OurService {
  private final PeerSettings settings;

  OurAnswers(PeerSettings settings) {
    this.settings = settings;
  }

  @Override
  public EventLoop.Builder server() {
    Work work = settings.work();
    FileAnswer file = settings.file();
    boolean inline = settings.execution() == ExecutionName.INLINE;
    return EventLoop.builder(
        connection -> {
          try {
            if (file != null) {
              send(connection, file);
            } else if (inline) {
              available(connection, work);
            } else {
              blocking(connection, work);
            }
          } catch (IOException e) {
            connection.close(); // the client is gone or sent what is no frame
          }
        });
  }

  private static void send(Connection connection, FileAnswer file) throws IOException {
    connection.reader().skip(1);
    connection.writer().transferFrom(file.path(), 0, file.size());
    connection.writer().flush();
  }

  private static void blocking(Connection connection, Work work)
      throws IOException, InterruptedException {
    Reader in = connection.reader();
    int length = FrameLengths.checked(in.readInt());
    work.service().answer(in, length, connection.writer(), work);
    connection.writer().flush();
  }

  private static void available(Connection connection, Work work)
      throws IOException, InterruptedException {
    Reader in = connection.reader();
    Writer out = connection.writer();
    boolean answered = false;
    while (in.request(Integer.BYTES)) {
      int length = FrameLengths.checked(in.peekInt());
      if (!in.request(Integer.BYTES + length)) {
        break;
      }
      in.skip(Integer.BYTES);
      work.service().answer(in, length, out, work);
      answered = true;
    }
    if (answered) {
      out.flush();
    }
  }
}
