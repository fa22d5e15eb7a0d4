package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.WriteTimeoutException;
import io.netpoll.Writer;
import io.netpoll.testkit.Eventually;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sending from files. That no descriptor is left open is checked behind each test. */
abstract class FileContract extends ConnectionSuite {
  private static final String COPIES =
      "A connection with a filter copies a file, bit by bit, instead of sending it by reference.";

  private static final int MIB = 1 << 20;

  private Path file(int size) throws IOException {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return Files.write(directory.resolve("file"), content);
  }

  /** A file that is large and takes no room. */
  private Path sparse(long size) throws IOException {
    Path path = directory.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {42}), size - 1);
    }
    return path;
  }

  /** Calls a handler, and tells how that went. */
  private static void call(
      OnRequest handler, Connection connection, CompletableFuture<Connection> outcome)
      throws IOException {
    connection.reader().skip(connection.reader().length());
    try {
      handler.onRequest(connection);
      outcome.complete(connection);
    } catch (Exception | AssertionError e) {
      outcome.completeExceptionally(e);
    }
  }

  /** A peer that has asked for what {@code handler} writes, and the outcome of the handler. */
  private record Asked(SocketChannel peer, CompletableFuture<Connection> outcome) {
    byte[] reads(int n) throws IOException {
      return Channels.newInputStream(peer).readNBytes(n);
    }

    Connection succeeds() throws Exception {
      return outcome.get(20, TimeUnit.SECONDS);
    }
  }

  private Asked ask(ConnectionStage stage, SocketKind kind, OnRequest handler) throws IOException {
    CompletableFuture<Connection> outcome = new CompletableFuture<>();
    var server =
        stage.serve(
            kind,
            connection -> call(handler, connection, outcome),
            options -> options.outputHighWaterMark(64 << 10));
    SocketChannel peer = stage.peer(server);
    peer.write(ByteBuffer.wrap(new byte[1]));
    return new Asked(peer, outcome);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void partsOfAFileArriveInTheirPlacesAmongOtherBytes(Setting setting) throws Exception {
    if (setting.mode() == Execution.Mode.INLINE) {
      assumeNoFilter(COPIES);
    }
    int size = 5 * MIB + 17;
    Path file = file(size);
    var stage = open(setting.mode());
    Asked asked =
        ask(
            stage,
            setting.kind(),
            connection -> {
              Writer writer = connection.writer();
              writer.writeString("<head>");
              writer.transferFrom(file, 3, size - 3);
              writer.writeString("<middle>");
              writer.transferFrom(file, 0, 1);
              writer.transferFrom(file, size, 0);
              writer.transferFrom(file, size - 1, 1);
              if (stage.mayWait()) { // else what is beyond the mark is flushed once
                writer.flush();
              }
              writer.writeString("<tail>");
              writer.flush();
            });
    byte[] content = Files.readAllBytes(file);

    assertThat(new String(asked.reads(6))).isEqualTo("<head>");
    assertThat(checksum(asked.reads(size - 3), 0)).isEqualTo(checksum(content, 3));
    assertThat(new String(asked.reads(8))).isEqualTo("<middle>");
    assertThat(asked.reads(2)).containsExactly(content[0], content[size - 1]);
    assertThat(new String(asked.reads(6))).isEqualTo("<tail>");
    asked.succeeds();
  }

  private static long checksum(byte[] bytes, int from) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, bytes.length - from);
    return checksum.getValue();
  }

  @ParameterizedTest
  @EnumSource(names = "INLINE", mode = EnumSource.Mode.EXCLUDE)
  void aChannelIsCopied_andMayBeClosedAtOnce(Execution.Mode mode) throws Exception {
    int size = 5 * MIB + 17;
    Path file = file(size);
    var stage = open(mode);
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              try (FileChannel channel = FileChannel.open(file)) {
                connection.writer().writeString("<");
                connection.writer().transferFrom(channel, 1, size - 1);
                assertThat(connection.writer().mallocLength()).isLessThanOrEqualTo(MIB);
              }
              connection.writer().flush();
            });
    assertThat(asked.reads(1)).containsExactly('<');
    assertThat(checksum(asked.reads(size - 1), 0)).isEqualTo(checksum(Files.readAllBytes(file), 1));
    asked.succeeds();
  }

  @Test
  void moreThanAnInlineHandlerMayCopy_isRefused() throws Exception {
    Path file = file(MIB + 1);
    var stage = open(Execution.Mode.INLINE);
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              try (FileChannel channel = FileChannel.open(file)) {
                connection.writer().transferFrom(channel, 0, MIB);
                assertThatThrownBy(() -> connection.writer().transferFrom(channel, 0, MIB + 1))
                    .hasMessageContaining("Copying a file of more than 1 MiB");
                assertThat(connection.writer().mallocLength()).isEqualTo(MIB);
                connection.writer().mallocAck(0); // gives it back
              }
            });
    asked.succeeds();
  }

  @Test
  void moreThanTwoGibibytes_arriveInFull() throws Exception {
    assumeNoFilter(COPIES);
    long size = (2L << 30) + 5;
    Path file = sparse(size);
    var stage = open(Execution.Mode.ADAPTIVE);
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              connection.writer().transferFrom(file, 0, size);
              assertThat(connection.writer().mallocLength()).isEqualTo(Integer.MAX_VALUE);
              connection.writer().flush();
            });
    ByteBuffer into = ByteBuffer.allocateDirect(4 * MIB);
    byte last = 0;
    for (long left = size; left > 0; left -= into.position()) {
      into.clear();
      assertThat(asked.peer().read(into)).isPositive();
      last = into.get(into.position() - 1);
    }
    assertThat(last).isEqualTo((byte) 42);
    asked.succeeds();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotThereIsRefused_andWhatWasWrittenStays(Execution.Mode mode) throws Exception {
    Path file = file(10);
    var stage = open(mode);
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              Writer writer = connection.writer();
              writer.writeString("ok");
              assertThatThrownBy(() -> writer.transferFrom(file, 10, 1))
                  .isInstanceOf(EOFException.class)
                  .hasMessageContaining("has 10 bytes: 1 bytes from position 10 on are not there.");
              assertThatThrownBy(() -> writer.transferFrom(file, 5, Long.MAX_VALUE))
                  .isInstanceOf(EOFException.class);
              assertThatThrownBy(() -> writer.transferFrom(file, -1, 1))
                  .isInstanceOf(IllegalArgumentException.class);
              assertThatThrownBy(() -> writer.transferFrom(directory.resolve("none"), 0, 1))
                  .isInstanceOf(NoSuchFileException.class);
              assertThatThrownBy(() -> writer.transferFrom(directory, 0, 1))
                  .hasMessageContaining("not a regular file");
              writer.flush();
            });
    assertThat(new String(asked.reads(2))).isEqualTo("ok");
    asked.succeeds();
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatShrinksResetsTheConnection(Execution.Mode mode) throws Exception {
    assumeNoFilter(COPIES);
    long size = 64L << 20;
    Path file = sparse(size);
    var stage = open(mode);
    CompletableFuture<Connection> opened = new CompletableFuture<>();
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              connection.writer().transferFrom(file, 0, size);
              opened.complete(connection);
              connection.writer().flush();
            });
    opened.get(20, TimeUnit.SECONDS);
    asked.reads(1);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(MIB);
    }
    assertThatThrownBy(() -> asked.reads((int) size)).hasMessageContaining("reset");
    if (stage.mayWait()) {
      assertThatThrownBy(asked::succeeds).hasStackTraceContaining("shrank while it was sent");
    }
    assertThatThrownBy(opened.get().writer()::flush)
        .hasStackTraceContaining("shrank while it was sent");
  }

  @ParameterizedTest
  @EnumSource
  void closedInTheMidst_theFilesAreClosed(Execution.Mode mode) throws Exception {
    assumeNoFilter(COPIES);
    long size = 64L << 20;
    Path file = sparse(size);
    var stage = open(mode);
    CompletableFuture<Connection> opened = new CompletableFuture<>();
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              connection.writer().transferFrom(file, 0, size);
              connection.writer().transferFrom(file, 0, size);
              opened.complete(connection);
              connection.writer().flush();
            });
    Connection connection = opened.get(20, TimeUnit.SECONDS);
    asked.reads(1);
    connection.abort();
    assertThatThrownBy(() -> asked.reads(Integer.MAX_VALUE)).isInstanceOf(IOException.class);
    Eventually.holds("it is closed", () -> !connection.isOpen());
    assertThatThrownBy(() -> connection.writer().transferFrom(file, 0, 1))
        .hasMessageContaining("was not sent");
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsDroppedOrNeverFlushedIsClosed(Execution.Mode mode) throws Exception {
    Path file = file(100_000);
    var stage = open(mode);
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              Writer writer = connection.writer();
              writer.writeString("ab");
              writer.transferFrom(file, 0, 100_000);
              writer.mallocAck(3);
              writer.flush();
              writer.transferFrom(file, 0, 5);
              writer.mallocAck(0);
              writer.writeString("c");
              writer.flush();
              writer.transferFrom(file, 0, 5);
            });
    byte first = Files.readAllBytes(file)[0];
    assertThat(asked.reads(4)).containsExactly('a', 'b', first, 'c');
    Connection connection = asked.succeeds();
    connection.close();
    assertThat(asked.reads(1)).isEmpty();
    assertThatThrownBy(connection.writer()::flush).isInstanceOf(ConnectionClosedException.class);
  }

  @ParameterizedTest
  @EnumSource(names = "INLINE", mode = EnumSource.Mode.EXCLUDE)
  void aPeerThatStandsStillTimesOut(Execution.Mode mode) throws Exception {
    long size = 64L << 20;
    Path file = sparse(size);
    var stage = open(mode);
    Asked asked =
        ask(
            stage,
            SocketKind.TCP,
            connection -> {
              connection.setWriteTimeout(Duration.ofMillis(20));
              connection.writer().transferFrom(file, 0, size);
              connection.writer().flush();
            });
    assertThatThrownBy(asked::succeeds).hasCauseInstanceOf(WriteTimeoutException.class);
  }
}
