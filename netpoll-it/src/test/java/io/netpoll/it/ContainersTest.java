package io.netpoll.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.ReadTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * Our clients with real servers, and their clients with ours; and what our clients see of a server
 * that stops, dies, or is cut off. Runs with {@code -Pit}; skipped where there is no Docker.
 */
@Tag("containers")
@Testcontainers(disabledWithoutDocker = true)
@Timeout(120)
class ContainersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(500);

  private PollerGroup group;

  @BeforeEach
  void open() throws IOException {
    group = PollerGroup.builder().name("containers").loops(2).build();
  }

  @AfterEach
  void close() {
    group.close();
  }

  private Connection dial(GenericContainer<?> server, int port) throws IOException {
    Dialer dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
    return dialer.connect("tcp", server.getHost() + ":" + mappedPort(server, port), PATIENCE);
  }

  /** The port of this moment: a container that joins a network gets another one. */
  private static String mappedPort(GenericContainer<?> server, int port) {
    return server
        .getCurrentContainerInfo()
        .getNetworkSettings()
        .getPorts()
        .getBindings()
        .get(ExposedPort.tcp(port))[0]
        .getHostPortSpec();
  }

  private static void send(Connection connection, String command) throws IOException {
    connection.writer().writeString(command + "\r\n");
    connection.writer().flush();
  }

  private static String line(Connection connection) throws IOException {
    String line = US_ASCII.decode(connection.reader().until((byte) '\n', 1024)).toString();
    connection.reader().release();
    return line.strip();
  }

  private static void assertAnswersPing(Connection connection) throws IOException {
    send(connection, "PING");
    assertThat(line(connection)).isEqualTo("+PONG");
  }

  private static String run(GenericContainer<?> container, String... command) throws Exception {
    ExecResult result = container.execInContainer(command);
    assertThat(result.getExitCode()).as(result.getStdout() + result.getStderr()).isZero();
    return result.getStdout();
  }

  @Test
  void aRealRedis_answersPipelinedCommandsInOrder() throws Exception {
    try (GenericContainer<?> redis = Containers.redis()) {
      redis.start();
      try (Connection connection = dial(redis, Containers.REDIS_PORT)) {
        int count = 2000;
        for (int i = 0; i < count; i++) {
          connection.writer().writeString("INCR n\r\n");
        }
        connection.writer().flush();
        for (int i = 1; i <= count; i++) {
          assertThat(line(connection)).isEqualTo(":" + i);
        }
      }
    }
  }

  @Test
  void aRealNginx_servesItsPageToOurClient() throws Exception {
    try (GenericContainer<?> nginx = Containers.nginx()) {
      nginx.start();
      String address =
          "http://" + nginx.getHost() + ":" + nginx.getMappedPort(Containers.NGINX_PORT) + "/";
      try (Program client = Program.examples("http-client", address)) {
        Program.Outcome outcome = client.outcome();
        assertThat(String.join("\n", outcome.out())).contains("Welcome to nginx!");
        assertThat(outcome.code()).isZero();
      }
    }
  }

  @Test
  void redisTools_driveOurServerInAContainer() throws Exception {
    try (GenericContainer<?> ours = Containers.ours("redis-server")) {
      ours.start();
      String port = Integer.toString(Containers.OUR_PORT);
      assertThat(run(ours, "redis-cli", "-p", port, "SET", "k", "v").strip()).isEqualTo("OK");
      assertThat(run(ours, "redis-cli", "-p", port, "GET", "k").strip()).isEqualTo("v");
      String report =
          run(
              ours,
              "redis-benchmark",
              "-p",
              port,
              "-t",
              "set,get,lpush",
              "-n",
              "5000",
              "-P",
              "8",
              "--csv");
      assertThat(report.lines().filter(line -> line.matches("\"(SET|GET|LPUSH)\",.*"))).hasSize(3);
      try (Connection connection = dial(ours, Containers.OUR_PORT)) {
        send(connection, "GET k");
        assertThat(line(connection)).isEqualTo("$1");
        assertThat(line(connection)).isEqualTo("v");
      }
    }
  }

  @Test
  void aServerThatIsPaused_isATimeoutAndTheAnswerComesAfterwards() throws Exception {
    try (GenericContainer<?> redis = Containers.redis()) {
      redis.start();
      DockerClient docker = redis.getDockerClient();
      try (Connection connection = dial(redis, Containers.REDIS_PORT)) {
        assertAnswersPing(connection);
        docker.pauseContainerCmd(redis.getContainerId()).exec();
        connection.setReadTimeout(SHORT);
        send(connection, "INCR n");
        assertThatThrownBy(() -> line(connection)).isInstanceOf(ReadTimeoutException.class);
        assertThat(connection.isActive()).isTrue();
        docker.unpauseContainerCmd(redis.getContainerId()).exec();
        connection.setReadTimeout(PATIENCE);
        assertThat(line(connection)).isEqualTo(":1");
      }
    }
  }

  @Test
  void aServerThatIsKilled_endsTheWaitAndTheConnectionCloses() throws Exception {
    try (GenericContainer<?> redis = Containers.redis()) {
      redis.start();
      CountDownLatch closed = new CountDownLatch(1);
      try (Connection connection = dial(redis, Containers.REDIS_PORT)) {
        connection.addCloseCallback(gone -> closed.countDown());
        assertAnswersPing(connection);
        redis.getDockerClient().killContainerCmd(redis.getContainerId()).exec();
        assertThatThrownBy(() -> line(connection)).isInstanceOf(ConnectionClosedException.class);
        assertThat(connection.isActive()).isFalse();
      }
      assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aNetworkThatIsCut_endsTheExchangeAndServesNewConnectionsOnceJoined() throws Exception {
    try (Network network = Network.newNetwork();
        GenericContainer<?> redis = Containers.redis().withNetwork(network)) {
      redis.start();
      DockerClient docker = redis.getDockerClient();
      String id = redis.getContainerId();
      CountDownLatch closed = new CountDownLatch(1);
      try (Connection connection = dial(redis, Containers.REDIS_PORT)) {
        connection.addCloseCallback(gone -> closed.countDown());
        assertAnswersPing(connection);
        docker.disconnectFromNetworkCmd().withNetworkId(network.getId()).withContainerId(id).exec();
        connection.setReadTimeout(SHORT);
        // A time-out; or the end of the connection, where Docker's proxy is in between.
        assertThatThrownBy(() -> assertAnswersPing(connection)).isInstanceOf(IOException.class);
      }
      assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      docker.connectToNetworkCmd().withNetworkId(network.getId()).withContainerId(id).exec();
      try (Connection connection = dial(redis, Containers.REDIS_PORT)) {
        assertAnswersPing(connection);
      }
    }
  }
}
