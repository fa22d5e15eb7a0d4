package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line refuses, in one line and with exit code 2. */
class CommandLineTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "peer",
        "peer pigeon",
        "peer netty-nio --port 65536",
        "peer netty-nio --loops 0",
        "peer netty-nio --pool-threads 0",
        "peer netty-nio --burn-us -1",
        "peer netty-nio --send frame",
        "peer netty-nio --service pigeon",
        "peer netty-nio --execution inline",
        "peer jdk-async --send frame",
        "peer jdk-virtual --loops 1",
        "peer jdk-platform --loops 1",
        "peer jdk-platform --codec manual",
        "peer ours-nio --handler pool",
        "peer netty-nio --codec length-field --handler pool",
        "peer jdk-virtual --handler loop",
        "http-peer jdk-virtual",
        "http-peer jdk-platform",
        "http-peer netty-nio --port 65536",
        "http-peer netty-nio --loops 0",
        "startup --rounds 0",
        "client",
        "client pigeon",
        "client ours --port 0",
        "client ours --callers 0",
        "client ours --callers 4 --connections 6",
        "client ours --size 7",
        "client ours --service rpc --size 11",
        "client ours --seconds 0",
        "client ours --execution pigeon",
        "client jdk-platform --threads virtual",
        "client netty-nio --backend nio",
        "mux",
        "mux pigeon",
        "mux ours --connections 0",
        "mux ours --size 7",
        "mux netty-nio --backend nio",
        "peer jdk-async --file any",
        "peer netty-nio --file any --handler pool",
        "peer netty-nio --send-file chunked",
        "peer ours-nio --file any --send-file chunked",
        "suite --minutes 0",
        "suite --scenarios pigeon",
        "suite --servers pigeon",
        "suite --servers c",
        "suite --rounds 0",
        "suite --slice 0.01",
        "suite --burn-us -1",
        "suite --against HEAD --out anywhere",
        "peer netty-nio --slow-us -1",
        "peer netty-nio --answers pigeon",
        "peer netty-nio --answers pool",
        "peer jdk-async --answers pool --service rpc",
        "peer netty-nio --answers pool --service rpc --handler pool",
        "peer netty-nio --answers pool --service rpc --codec manual",
        "peer jdk-platform --answers pool --service rpc --send frame",
        "peer ours-nio --answers pool --service rpc --execution inline",
        "peer ours-nio --answers pool --service rpc --file any",
        "peer jdk-async --service fanout",
        "peer netty-nio --service fanout --handler pool",
        "peer netty-nio --service fanout --codec length-field",
        "peer ours-nio --service fanout --answers pool",
        "peer jdk-platform --service fanout --send frame",
        "peer ours-nio --service fanout --file any",
        "load --silent",
        "load --fan-out 0",
        "load --fan-out 10 --size 11",
        "load --fan-out 10 --size 65536 --in-flight 100",
        "load --fan-out 10 --service rpc",
        "load --fan-out 10 --pieces",
        "load --pieces --turn fresh",
        "load --pieces --connections 2 --in-flight 3",
        "load --pieces --rate 100",
      })
  void nonsense_isOneLineAndExitCode2(String words) {
    StringWriter err = new StringWriter();
    int code = commandLine(err).execute(words.split(" "));
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(code).isEqualTo(2);
  }

  @Test
  void anUnknownPeer_isAnsweredWithTheKnownOnes() {
    StringWriter err = new StringWriter();
    commandLine(err).execute("peer", "pigeon");
    for (PeerName name : PeerName.values()) {
      assertThat(err.toString()).contains(name.toString());
    }
  }

  private static CommandLine commandLine(StringWriter err) {
    return Main.commandLine().setErr(new PrintWriter(err, true));
  }
}
