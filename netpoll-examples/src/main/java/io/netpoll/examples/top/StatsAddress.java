package io.netpoll.examples.top;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a server tells what it does: a port of the loopback interface, or the path of a Unix-domain
 * socket. Other machines never reach it.
 *
 * @param network {@code tcp} or {@code unix}, in the words of the API
 * @param address as the API writes it
 */
public record StatsAddress(String network, String address) {
  private static final String LOOPBACK = "127.0.0.1:";
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  /** Whether this is a path. */
  boolean isPath() {
    return network.equals("unix");
  }

  /**
   * What {@code --stats} and {@code --connect} are given for this address.
   *
   * @return a port or a path
   */
  public String option() {
    return isPath() ? address : address.substring(LOOPBACK.length());
  }

  /** Reads a port number, or a path, which has a slash in it. */
  public static final class Converter implements ITypeConverter<StatsAddress> {

    /** Made by picocli. */
    public Converter() {}

    @Override
    public StatsAddress convert(String text) {
      if (text.indexOf('/') >= 0) {
        return new StatsAddress("unix", text);
      }
      if (NUMBER.matcher(text).matches() && Integer.parseInt(text) <= 65535) {
        return new StatsAddress("tcp", LOOPBACK + Integer.parseInt(text));
      }
      throw new TypeConversionException(
          "a port of this machine or a path with a slash in it, such as 9999 or ./stats.sock");
    }
  }
}
