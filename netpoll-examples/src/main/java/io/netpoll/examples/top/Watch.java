package io.netpoll.examples.top;

import io.netpoll.PollerUnavailableException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a server again and again and shows what happened between two answers: as a page that is
 * drawn over again, as one page, or as lines. Used by one thread.
 */
public final class Watch implements AutoCloseable {
  private static final int LINES_UNDER_HEADING = 20;

  private final Duration interval;
  private final StatsClient client;
  private final StatsAddress address;

  /**
   * Starts nothing yet.
   *
   * @param address of the server's stats
   * @param interval between two answers, which may be a little longer
   * @throws PollerUnavailableException if the NIO backend is not on the path
   */
  public Watch(StatsAddress address, Duration interval) throws PollerUnavailableException {
    this.address = address;
    this.interval = interval;
    this.client = new StatsClient(address);
  }

  /**
   * Prints one page, about the interval that begins now.
   *
   * @param out where to
   * @throws IOException if the server does not answer, with a sentence for the user
   * @throws InterruptedException if this thread is interrupted
   */
  public void printPage(PrintStream out) throws IOException, InterruptedException {
    Page.of(next(client.ask()), new History()).forEach(out::println);
    out.flush();
  }

  /**
   * Prints a line for each interval, and a heading over the first and each twentieth.
   *
   * @param out where to; when nobody reads it any more, this returns
   * @param count how many lines
   * @throws IOException if the server does not answer, with a sentence for the user
   * @throws InterruptedException if this thread is interrupted
   */
  public void printLines(PrintStream out, long count) throws IOException, InterruptedException {
    Snapshot last = client.ask();
    for (long i = 0; i < count && !out.checkError(); i++) {
      if (i % LINES_UNDER_HEADING == 0) {
        out.println(Page.lineHeading());
      }
      Rates rates = next(last);
      out.println(Page.line(rates));
      last = rates.now();
    }
    out.flush();
  }

  /**
   * Draws the page on a terminal until q is typed, or the process ends. A server that is gone is
   * asked again, and so is its successor.
   *
   * @param out the terminal
   * @throws IOException if the server does not answer at the beginning, with a sentence for the
   *     user
   * @throws InterruptedException if this thread is interrupted
   */
  public void draw(PrintStream out) throws IOException, InterruptedException {
    Snapshot last = client.ask();
    History reads = new History();
    try (Keys keys = Keys.ofTerminal();
        Terminal terminal = new Terminal(out)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(terminal, keys), "top-leave"));
      keys.begin();
      while (!keys.isQuitTyped(interval)) {
        try {
          Snapshot now = client.ask();
          if (Rates.arePossible(last, now)) {
            Rates rates = new Rates(last, now);
            reads.add(Rates.total(rates.lines()).reads());
            terminal.draw(withFooter(Page.of(rates, reads)));
          }
          last = now;
        } catch (IOException | IllegalArgumentException gone) {
          reads.clear();
          terminal.draw(withFooter(List.of("No answer: " + gone.getMessage(), "Asking again.")));
        }
      }
    }
  }

  private static void leave(Terminal terminal, Keys keys) {
    terminal.close();
    keys.close();
  }

  private List<String> withFooter(List<String> page) {
    List<String> all = new ArrayList<>(page);
    all.add("");
    all.add(address.option() + " every " + interval.toMillis() / 1e3 + " s   q ends");
    return all;
  }

  /** Asks after the interval, and once more if the process is another one now. */
  private Rates next(Snapshot last) throws IOException, InterruptedException {
    Thread.sleep(interval.toMillis());
    Snapshot now = client.ask();
    return Rates.arePossible(last, now) ? new Rates(last, now) : next(now);
  }

  @Override
  public void close() {
    client.close();
  }
}
