package io.netpoll.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of Redis, or of any server that speaks RESP2, over one connection. Strings hold one byte
 * in each character. Its methods wait for the server, at most for the dialer's read timeout each
 * time; after an exception the connection is out of step and has to be closed. For one thread at a
 * time.
 */
public final class RespClient implements AutoCloseable {
  private static final int LONGEST_LINE = 64 * 1024;
  private static final int LONGEST_STRING = 512 * 1024 * 1024;
  private static final int DEEPEST = 32;

  private final Connection connection;

  private RespClient(Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects to a server.
   *
   * @param dialer how
   * @param network {@code tcp} or {@code unix}
   * @param address host and port, or a path
   * @param timeout the longest wait for the connection
   * @return a connected client
   * @throws IOException if there is no connection in time
   */
  public static RespClient connect(Dialer dialer, String network, String address, Duration timeout)
      throws IOException {
    return new RespClient(dialer.connect(network, address, timeout));
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @param words the command and its arguments, at least one
   * @return the answer, which may be an error
   * @throws IOException if there is no answer in time, or it is not RESP2
   */
  public RespValue call(String... words) throws IOException {
    return pipeline(List.of(List.of(words))).get(0);
  }

  /**
   * Sends commands together and waits for all answers. Neither side reads while it writes, so they
   * should fit into the socket's buffers: some thousands of short ones.
   *
   * @param commands each the words of one
   * @return the answers in the same order
   * @throws IOException if they do not come in time, or are not RESP2
   */
  public List<RespValue> pipeline(List<List<String>> commands) throws IOException {
    Writer out = connection.writer();
    for (List<String> command : commands) {
      write(out, command);
    }
    out.flush();
    List<RespValue> answers = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      answers.add(answer(0));
    }
    connection.reader().release();
    return answers;
  }

  @Override
  public void close() {
    connection.close();
  }

  private static void write(Writer out, List<String> words) {
    out.writeString("*" + words.size() + "\r\n", ISO_8859_1);
    for (String word : words) {
      out.writeString("$" + word.length() + "\r\n" + word + "\r\n", ISO_8859_1);
    }
  }

  private RespValue answer(int depth) throws IOException {
    Reader in = connection.reader();
    byte type = in.readByte();
    String line = line(in);
    return switch (type) {
      case '+' -> new RespValue.Simple(line);
      case '-' -> new RespValue.Error(line);
      case ':' -> new RespValue.Number(number(line, Long.MIN_VALUE, Long.MAX_VALUE));
      case '$' -> bulk(in, (int) number(line, -1, LONGEST_STRING));
      case '*' -> array((int) number(line, -1, Integer.MAX_VALUE), depth);
      default -> throw new IOException("The server sent a value of the unknown type " + type + ".");
    };
  }

  private static String line(Reader in) throws IOException {
    String line = ISO_8859_1.decode(in.until((byte) '\n', LONGEST_LINE)).toString();
    if (!line.endsWith("\r\n")) {
      throw new IOException("The server sent a line that does not end with CR and LF.");
    }
    return line.substring(0, line.length() - 2);
  }

  private static long number(String line, long least, long most) throws IOException {
    try {
      long number = Long.parseLong(line);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IOException("The server sent '" + line + "' where a number belongs.", e);
    }
    throw new IOException(
        "The server sent " + line + ", which is not between " + least + " and " + most + ".");
  }

  private static RespValue bulk(Reader in, int length) throws IOException {
    if (length < 0) {
      return new RespValue.Bulk(null);
    }
    String text = in.readString(length, ISO_8859_1);
    in.skip(2);
    return new RespValue.Bulk(text);
  }

  private RespValue array(int count, int depth) throws IOException {
    if (count < 0) {
      return new RespValue.Array(null);
    }
    if (depth == DEEPEST) {
      throw new IOException("The server sent arrays in more than " + DEEPEST + " levels.");
    }
    List<RespValue> elements = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      elements.add(answer(depth + 1));
    }
    return new RespValue.Array(elements);
  }
}
