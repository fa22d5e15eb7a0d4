package io.netpoll.testkit.contract;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.Eventually;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Run as a {@link LimitedProcess} with the class name of a provider and an execution mode. Prints
 * one line per thing that was seen. Serves a connection first: a class that is needed only once
 * descriptors are short cannot be loaded.
 */
final class ServerShortOfDescriptors {
  private ServerShortOfDescriptors() {}

  public static void main(String[] args) throws Exception {
    PollerProvider provider =
        (PollerProvider) Class.forName(args[0]).getConstructor().newInstance();
    try (ConnectionStage stage =
        new ConnectionStage(provider, null, Execution.Mode.valueOf(args[1]), 2, Path.of(""))) {
      var server = stage.serve(SocketKind.TCP, ConnectionSuite.ECHO);
      SocketPair early = new SocketPair(new RecordingEndpoint(), stage.peer(server));
      exchange(early, "before");
      Connection dialled = stage.dial(server.address());
      echo(dialled, 41);
      refuse(stage);
      Eventually.holds(
          "the refused dial has given its descriptor back",
          () -> dialled.group().connections() == 3);

      List<FileInputStream> files = LimitedProcess.takeAllDescriptors();
      exchange(early, "meanwhile");
      System.out.println("accepted connections go on");
      System.out.println("dialled connections go on: " + echo(dialled, 42));
      Eventually.holds(
          "no further one can be dialled",
          () -> {
            files.addAll(LimitedProcess.takeAllDescriptors());
            return !dials(stage, server.address());
          });
      System.out.println("no further one can be dialled");
      files.remove(0).close();
      SocketPair late = new SocketPair(new RecordingEndpoint(), latePeer(stage, server));
      late.peerSends("late");
      exchange(early, "and on");
      LimitedProcess.release(files);
      System.out.println("served later: " + late.peerReads(4));
      exchange(new SocketPair(new RecordingEndpoint(), stage.peer(server)), "after");
      System.out.println("served again");
    }
  }

  /** Loads what a dial that fails needs. */
  private static void refuse(ConnectionStage stage) throws IOException {
    try (RefusingAddress refusing = RefusingAddress.open()) {
      stage.dial(refusing.address()).close();
      throw new AssertionError("Nobody listens there.");
    } catch (ConnectException expected) {
      // Nobody listens there.
    }
  }

  /** The server may have the only descriptor for a moment, for one that has dialled and gone. */
  private static SocketChannel latePeer(ConnectionStage stage, ConnectionStage.Server server) {
    List<SocketChannel> peers = new ArrayList<>();
    Eventually.holds(
        "there is a descriptor for a peer",
        () -> {
          try {
            peers.add(stage.peer(server));
          } catch (IOException none) {
            return false;
          }
          return true;
        });
    return peers.get(0);
  }

  private static boolean dials(ConnectionStage stage, SocketAddress address) {
    try {
      stage.dial(address).close();
      return true;
    } catch (IOException none) {
      return false;
    }
  }

  private static int echo(Connection dialled, int number) throws IOException {
    dialled.writer().writeInt(number);
    dialled.writer().flush();
    return dialled.reader().readInt();
  }

  private static void exchange(SocketPair client, String text) throws IOException {
    client.peerSends(text);
    String answer = client.peerReads(text.length());
    if (!answer.equals(text)) {
      throw new AssertionError("Not echoed: " + text + ", but " + answer);
    }
  }
}
