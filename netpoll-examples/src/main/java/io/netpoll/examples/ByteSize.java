package io.netpoll.examples;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes that may end in KiB or MiB, such as {@code 64MiB}. */
final class ByteSize implements ITypeConverter<Integer> {
  /** The largest size accepted: a frame of it and its length are still countable in an int. */
  static final int MAX = Integer.MAX_VALUE - 4;

  private static final Pattern FORM =
      Pattern.compile("(\\d{1,10}) ?(|KiB|MiB)", Pattern.CASE_INSENSITIVE);

  @Override
  public Integer convert(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new TypeConversionException("a number of bytes such as 4096, 16KiB or 64MiB");
    }
    int shift =
        switch (form.group(2).toLowerCase(java.util.Locale.ROOT)) {
          case "kib" -> 10;
          case "mib" -> 20;
          default -> 0;
        };
    long bytes = Long.parseLong(form.group(1)) << shift;
    if (bytes > MAX) {
      throw new TypeConversionException("at most " + MAX + " bytes");
    }
    return (int) bytes;
  }
}
