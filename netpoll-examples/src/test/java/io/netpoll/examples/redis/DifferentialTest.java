package io.netpoll.examples.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.testkit.LeakCheck;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * We answer as Redis does: to a recording everywhere, and to random commands where redis-server is
 * installed.
 */
@Timeout(120)
class DifferentialTest {
  @RegisterExtension
  static final LeakCheck LEAKS = LeakCheck.ignoringThreads("netpoll-spare", "netpoll-watch");

  private static final int BATCHES = 100;
  private static final int BATCH = 50;

  @TempDir private Path directory;

  /** A command and the answer that was recorded. */
  private record Recorded(List<String> command, String answer) {}

  private static List<Recorded> recording() throws Exception {
    List<Recorded> recording = new ArrayList<>();
    try (InputStream file = DifferentialTest.class.getResourceAsStream("recorded.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(file), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("> ")) {
          String answer = Objects.requireNonNull(lines.readLine());
          recording.add(new Recorded(InlineWords.of(line.substring(2)), answer));
        }
      }
    }
    assertThat(recording).hasSizeGreaterThan(250);
    return recording;
  }

  private static void assertAnswers(RespClient client) throws Exception {
    for (Recorded recorded : recording()) {
      RespValue answer = client.call(recorded.command.toArray(String[]::new));
      assertThat(Notation.of(answer)).as(recorded.command.toString()).isEqualTo(recorded.answer);
    }
  }

  private RealRedis real() throws IOException {
    assumeTrue(
        RealRedis.isInstalled(), "redis-server is not installed: the recording is compared only");
    return new RealRedis(directory);
  }

  @Test
  void theRecordedCommands_areAnsweredAsRecorded() throws Exception {
    try (OurRedis ours = new OurRedis(() -> 1_000_000);
        RespClient client = ours.client()) {
      assertAnswers(client);
    }
  }

  @Test
  void theRecording_isWhatRedisAnswers() throws Exception {
    try (RealRedis real = real();
        RespClient client = real.client()) {
      for (Recorded recorded : recording()) {
        RespValue answer = client.call(recorded.command.toArray(String[]::new));
        if (recorded.command.get(0).equals("TTL") && recorded.answer.matches(":[1-9].*")) {
          assertThat(Answers.comparable(recorded.command, answer)).isEqualTo("time is left");
        } else {
          assertThat(Notation.of(answer)).isEqualTo(recorded.answer);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomCommands_areAnsweredAsRedisDoes(long seed) throws Exception {
    RandomCommands commands = new RandomCommands(seed);
    try (RealRedis real = real();
        OurRedis ours = new OurRedis(System::currentTimeMillis);
        RespClient theirClient = real.client();
        RespClient ourClient = ours.client()) {
      for (int batch = 0; batch < BATCHES; batch++) {
        assertSameAnswers(batch(commands), theirClient, ourClient);
      }
    }
  }

  private static List<List<String>> batch(RandomCommands commands) {
    List<List<String>> batch = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      batch.add(commands.next());
    }
    return batch;
  }

  private static void assertSameAnswers(
      List<List<String>> batch, RespClient theirClient, RespClient ourClient) throws IOException {
    List<RespValue> theirs = theirClient.pipeline(batch);
    List<RespValue> ours = ourClient.pipeline(batch);
    for (int i = 0; i < BATCH; i++) {
      List<String> command = batch.get(i);
      assertThat(Answers.comparable(command, ours.get(i)))
          .as("%s after %s", command, batch.subList(0, i))
          .isEqualTo(Answers.comparable(command, theirs.get(i)));
    }
  }
}
