package io.netpoll.it;

import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.testkit.LeakCheck;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hunt for handler calls that are lost: handlers ask by {@link Reader#request} and return, while
 * the rest of small and large frames, a quarter of them above the mark, arrives in random pieces.
 * An answer that does not come is found, since no timer of the library would bring it.
 *
 * <p>{@code -Dnetpoll.it.huntRounds=60} makes it long: so many rounds of 3200 frames, each on new
 * connections.
 */
@ExtendWith(LeakCheck.class)
class LostRequestTest {
  private static final int LONG_ROUNDS = Integer.getInteger("netpoll.it.huntRounds", 0);
  private static final int ROUNDS = Math.max(1, LONG_ROUNDS);
  private static final int FRAMES = LONG_ROUNDS > 0 ? 3200 : 400;
  private static final int CONNECTIONS = 32;
  private static final int MARK = 4 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  static List<Setting> settings() {
    return Setting.all();
  }

  /** Echoes one frame a call, and waits for none. */
  private static OnRequest asking() {
    return connection -> {
      Reader in = connection.reader();
      if (in.request(Integer.BYTES) && in.request(Integer.BYTES + in.peekInt())) {
        ByteBuffer payload = in.next(in.readInt());
        Writer out = connection.writer();
        out.writeInt(payload.remaining());
        out.writeBinary(payload);
        out.flush();
      }
    };
  }

  @ParameterizedTest
  @MethodSource("settings")
  @Timeout(3600)
  void everyFrameThatIsAskedForIsAnswered(Setting setting) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = System.nanoTime();
      try (Stage stage = Stage.tcp(setting, asking(), options -> options.inputHighWaterMark(MARK));
          HuntingPeers peers =
              new HuntingPeers(
                  CONNECTIONS,
                  seed,
                  HuntingPeer.Sizes.SMALL_AND_LARGE,
                  stage.listener().localAddress())) {
        peers.exchange(FRAMES, PATIENCE);
      } catch (AssertionError e) {
        throw new AssertionError(
            setting + ", round " + round + ", seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
