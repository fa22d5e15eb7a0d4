package library;

import io.netpoll.Connection;
import io.netpoll.OnRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A handler of a library: sends each line back in capital letters. */
public final class Shout implements OnRequest {
  private static final int LONGEST_LINE = 1024;

  @Override
  public void onRequest(Connection connection) throws IOException {
    String line =
        StandardCharsets.UTF_8
            .decode(connection.reader().until((byte) '\n', LONGEST_LINE))
            .toString();
    connection.writer().writeString(line.toUpperCase(Locale.ROOT));
    connection.writer().flush();
  }
}
