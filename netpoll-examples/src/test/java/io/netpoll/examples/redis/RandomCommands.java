package io.netpoll.examples.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes commands that meet each other on few keys, some of them wrong. The same seed makes the same
 * commands. None depends on how fast a server is: expiries are far from each other and from now.
 */
final class RandomCommands {
  /** K is a key, V a value, F a field, N a number, I an index, T a time, P a pattern. */
  private static final String[] FORMS = {
    "GET K",
    "GET K",
    "SET K V",
    "SET K V",
    "SET K V NX",
    "SET K V XX",
    "SET K V EX T",
    "SET K V PX T",
    "SET K N",
    "SET K V F",
    "SET K V EX N",
    "SET K V NX PX T",
    "DEL K",
    "DEL K K K",
    "EXISTS K K",
    "TYPE K",
    "INCR K",
    "INCR K",
    "DECR K",
    "APPEND K V",
    "MGET K K K",
    "MSET K V K N",
    "MSET K V K",
    "EXPIRE K T",
    "EXPIRE K T GT",
    "EXPIRE K T LT",
    "EXPIRE K T NX",
    "EXPIRE K T XX",
    "EXPIRE K 0",
    "EXPIRE K -1",
    "EXPIRE K V",
    "TTL K",
    "LPUSH K V",
    "LPUSH K V N V",
    "RPUSH K V",
    "RPUSH K N V N",
    "LPOP K",
    "RPOP K",
    "LPOP K I",
    "RPOP K I",
    "LRANGE K I I",
    "LRANGE K 0 -1",
    "LRANGE K V I",
    "HSET K F V",
    "HSET K F V F N",
    "HSET K F V F",
    "HGET K F",
    "HGETALL K",
    "SADD K V",
    "SADD K N V F",
    "SMEMBERS K",
    "KEYS P",
    "KEYS *",
    "DBSIZE",
    "SELECT 0",
    "SELECT 1",
    "PING",
    "PING V",
    "ECHO V",
    "FLUSHALL",
    "CLIENT SETNAME F",
    "CLIENT GETNAME",
    "NOSUCH V V",
    "V K"
  };

  private static final String[] NUMBERS = {
    "0",
    "1",
    "-1",
    "12",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "00",
    "1.0",
    "+1",
    " 1",
    "",
    "1e3",
    "-0",
    "-"
  };

  private static final String PATTERN_SIGNS = "kkkey012*?[]^-\\";

  private final Random random;

  RandomCommands(long seed) {
    random = new Random(seed);
  }

  List<String> next() {
    String[] form = FORMS[random.nextInt(FORMS.length)].split(" ");
    if (form[0].equals("FLUSHALL") && random.nextInt(10) > 0) {
      return next();
    }
    List<String> words = new ArrayList<>();
    for (String part : form) {
      words.add(word(part));
    }
    if (random.nextInt(20) == 0 && words.size() > 1) {
      words.remove(words.size() - 1);
    }
    if (random.nextInt(30) == 0) {
      words.add(value());
    }
    if (random.nextInt(4) == 0) {
      words.set(0, words.get(0).toLowerCase(Locale.ROOT));
    }
    return words;
  }

  private String word(String part) {
    return switch (part) {
      case "K" -> "key" + random.nextInt(6);
      case "V" -> value();
      case "F" -> "f" + random.nextInt(4);
      case "N" -> NUMBERS[random.nextInt(NUMBERS.length)];
      case "I" -> Integer.toString(random.nextInt(12) - 5);
      case "T" -> Integer.toString(1_000_000 + 1000 * random.nextInt(1_000_000));
      case "P" -> pattern();
      default -> part;
    };
  }

  private String value() {
    StringBuilder value = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      value.append(
          (char) (random.nextInt(3) == 0 ? random.nextInt(256) : '0' + random.nextInt(10)));
    }
    return value.toString();
  }

  private String pattern() {
    StringBuilder pattern = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      pattern.append(PATTERN_SIGNS.charAt(random.nextInt(PATTERN_SIGNS.length())));
    }
    return pattern.toString();
  }
}
