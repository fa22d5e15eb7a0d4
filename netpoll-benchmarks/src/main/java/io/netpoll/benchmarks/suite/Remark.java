package io.netpoll.benchmarks.suite;

/**
 * What the reader of figures must know.
 *
 * @param session the start of the session that it is about
 * @param text a sentence
 */
record Remark(String session, String text) {}
