package io.netpoll.examples.redis;

import java.util.List;

/**
 * One call of a command by one client.
 *
 * @param words the command's name and its arguments
 * @param session whose call it is
 * @param keyspace where the data is
 * @param reply where the answer goes
 */
record Call(List<String> words, Session session, Keyspace keyspace, Reply reply) {

  /** The number of words, the command's name included. */
  int count() {
    return words.size();
  }

  /** A word; 0 is the command's name. */
  String word(int index) {
    return words.get(index);
  }

  /** The words from one on. */
  List<String> from(int index) {
    return words.subList(index, words.size());
  }

  /** The client's selected database. */
  Database database() {
    return keyspace.database(session.selected());
  }
}
