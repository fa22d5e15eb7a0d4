package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.FanOutRun;
import io.netpoll.benchmarks.load.Load;
import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.LoadRun;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a row asks of a server. */
interface Workload {
  /** How long a load that was there before runs again before it is measured. */
  Duration SETTLE = Duration.ofMillis(20);

  /** How long a load on new connections does. */
  Duration SETTLE_OF_A_TURN = Duration.ofMillis(100);

  /** How long more for each request in flight. */
  Duration FIRST_ANSWER = Duration.ofNanos(15_000);

  /** Bytes of a message that is published. */
  int PUBLISHED_BYTES = 512;

  /** Messages that are on their way to their subscribers at any time. */
  int UNDER_WAY = 8;

  /**
   * Opens the connections.
   *
   * @param service what the server does with frames
   */
  Load open(InetSocketAddress server, Service service) throws IOException;

  /**
   * Whether the connections stay open from slice to slice; otherwise they are opened for each turn,
   * which lasts longer, and of which there are fewer.
   */
  boolean isSliced();

  /**
   * How long it runs before it is measured, which is at least until the first requests of all
   * connections are answered.
   *
   * @param burnMicros how long each request computes
   */
  Duration settle(int burnMicros);

  /**
   * At what part of the capacity it asks, from 0 to 1; 0 for as fast as the answers come. A
   * workload with a share has {@link #at} tell the rate before it is measured.
   */
  default double share() {
    return 0;
  }

  /** The same at a rate. */
  default Workload at(double requestsPerSecond) {
    return this;
  }

  /** Each answer brings forth the next request. */
  static Workload calls(LoadPlan plan) {
    return new Calls(plan, true, 0, null);
  }

  /** The same in turns. */
  static Workload turns(LoadPlan plan) {
    return new Calls(plan, false, 0, null);
  }

  /** Requests that are due at equal distances, at a share of what the slowest server can carry. */
  static Workload due(LoadPlan plan, double share) {
    return new Calls(plan, false, share, null);
  }

  /** Requests that are due at equal distances, beside others that keep the server busy. */
  static Workload beside(LoadPlan light, LoadPlan heavy) {
    return new Calls(light, false, 0, heavy);
  }

  /** Messages that go to so many subscribers, and to one who does not read. */
  static Workload fanOut(int subscribers) {
    return new Workload() {
      @Override
      public Load open(InetSocketAddress server, Service service) throws IOException {
        return new FanOutRun(server, subscribers, PUBLISHED_BYTES, UNDER_WAY, true);
      }

      @Override
      public boolean isSliced() {
        return true;
      }

      @Override
      public Duration settle(int burnMicros) {
        return SETTLE.plus(FIRST_ANSWER.multipliedBy(subscribers));
      }
    };
  }

  /**
   * Requests and answers.
   *
   * @param plan what is measured
   * @param share as {@link Workload#share}
   * @param beside what goes beside it; null for nothing
   */
  record Calls(LoadPlan plan, boolean isSliced, double share, @Nullable LoadPlan beside)
      implements Workload {
    @Override
    public Load open(InetSocketAddress server, Service service) throws IOException {
      return new LoadRun(server, plan.with(service), beside == null ? null : beside.with(service));
    }

    @Override
    public Duration settle(int burnMicros) {
      return (isSliced ? SETTLE : SETTLE_OF_A_TURN)
          .plus(FIRST_ANSWER.plusNanos(1000L * burnMicros).multipliedBy(plan.inFlight()));
    }

    @Override
    public Workload at(double requestsPerSecond) {
      return new Calls(plan.at(requestsPerSecond), isSliced, 0, beside);
    }
  }
}
