package io.netpoll.examples.redis;

import static io.netpoll.examples.redis.Command.reading;
import static io.netpoll.examples.redis.Command.writing;

import io.netpoll.examples.redis.Command.Keys;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/** The commands on lists. */
final class ListCommands {
  private ListCommands() {}

  static List<Command> all() {
    return List.of(
        writing("lpush", -3, Keys.FIRST, call -> push(call, true)),
        writing("rpush", -3, Keys.FIRST, call -> push(call, false)),
        writing("lpop", -2, Keys.FIRST, call -> pop(call, true)),
        writing("rpop", -2, Keys.FIRST, call -> pop(call, false)),
        reading("lrange", 4, Keys.FIRST, ListCommands::range));
  }

  @SuppressWarnings("unchecked") // the deques of a database hold strings
  private static Class<ArrayDeque<String>> type() {
    return (Class<ArrayDeque<String>>) (Class<?>) ArrayDeque.class;
  }

  private static void push(Call call, boolean left) throws CommandException {
    ArrayDeque<String> list =
        call.database().getOrCreate(call.word(1), type(), ArrayDeque<String>::new);
    for (int i = 2; i < call.count(); i++) {
      if (left) {
        list.addFirst(call.word(i));
      } else {
        list.addLast(call.word(i));
      }
    }
    call.reply().integer(list.size());
  }

  private static void pop(Call call, boolean left) throws CommandException {
    if (call.count() > 3) {
      throw CommandException.wrongNumber(left ? "lpop" : "rpop");
    }
    boolean many = call.count() == 3;
    long most = many ? positive(call.word(2)) : 1;
    ArrayDeque<String> list = call.database().get(call.word(1), type());
    if (list == null) {
      nothing(call, many);
      return;
    }
    int count = (int) Math.min(most, list.size());
    if (many) {
      call.reply().array(count);
    }
    for (int i = 0; i < count; i++) {
      call.reply().bulk(left ? list.pollFirst() : list.pollLast());
    }
    if (list.isEmpty()) {
      call.database().remove(call.word(1));
    }
  }

  private static long positive(String count) throws CommandException {
    if (!Integers.isInteger(count) || count.startsWith("-")) {
      throw new CommandException("ERR value is out of range, must be positive");
    }
    return Integers.of(count);
  }

  private static void nothing(Call call, boolean many) {
    if (many) {
      call.reply().noArray();
    } else {
      call.reply().bulk(null);
    }
  }

  private static void range(Call call) throws CommandException {
    long first = Integers.of(call.word(2));
    long last = Integers.of(call.word(3));
    ArrayDeque<String> list = call.database().get(call.word(1), type());
    int size = list == null ? 0 : list.size();
    int from = (int) Math.max(0, Math.min(size, fromStart(first, size)));
    int to = (int) Math.max(from - 1L, Math.min(size - 1L, fromStart(last, size)));
    call.reply().array(to - from + 1);
    if (list != null) {
      elements(call, list, from, to);
    }
  }

  private static long fromStart(long index, int size) {
    return index < 0 ? index + size : index;
  }

  private static void elements(Call call, ArrayDeque<String> list, int from, int to) {
    Iterator<String> elements = list.iterator();
    for (int i = 0; i <= to; i++) {
      String element = elements.next();
      if (i >= from) {
        call.reply().bulk(element);
      }
    }
  }
}
