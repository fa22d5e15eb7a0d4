package io.netpoll.examples.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer of a RESP2 server. */
public sealed interface RespValue {

  /**
   * A word such as OK.
   *
   * @param text the word
   */
  record Simple(String text) implements RespValue {}

  /**
   * What went wrong with a command. It is a value and no exception, because the commands around it
   * in a pipeline may have succeeded.
   *
   * @param message its kind in capitals, and a sentence
   */
  record Error(String message) implements RespValue {}

  /**
   * A number.
   *
   * @param value the number
   */
  record Number(long value) implements RespValue {}

  /**
   * A string of bytes.
   *
   * @param text one byte in each character, or null for nothing
   */
  record Bulk(@Nullable String text) implements RespValue {}

  /**
   * Several answers.
   *
   * @param elements the answers, or null for nothing
   */
  record Array(@Nullable List<RespValue> elements) implements RespValue {}
}
