package io.netpoll.it;

import io.netpoll.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hunt for lost wake-ups: frames in random pieces with random pauses between them, so that
 * handlers wait at every place and loops pass on at every moment. An answer that does not come is
 * found, since no timer of the library would bring it (in adaptive execution, set the watch-dog's
 * tick far beyond the patience: {@code -Dio.netpoll.watchDogTickMicros=60000000}).
 *
 * <p>{@code -Dnetpoll.it.huntRequests=10000000} makes it long.
 */
@ExtendWith(LeakCheck.class)
class LostWakeUpTest {
  private static final long REQUESTS = Long.getLong("netpoll.it.huntRequests", 20_000);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int CONNECTIONS = 64;

  static List<Setting> settings() {
    return Setting.all();
  }

  @ParameterizedTest
  @MethodSource("settings")
  @Timeout(3600)
  void everyRequestIsAnswered(Setting setting) throws Exception {
    long seed = System.nanoTime();
    try (Stage stage = Stage.tcp(setting, setting.echo());
        HuntingPeers peers =
            new HuntingPeers(
                CONNECTIONS,
                seed,
                HuntingPeer.Sizes.MOSTLY_SMALL,
                stage.listener().localAddress())) {
      peers.exchange(REQUESTS, PATIENCE);
    } catch (AssertionError e) {
      throw new AssertionError(setting + ", seed " + seed + ": " + e.getMessage(), e);
    }
  }
}
