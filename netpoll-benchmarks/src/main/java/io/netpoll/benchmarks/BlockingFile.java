package io.netpoll.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/** Answers every byte of one blocking channel with a file. The calling thread owns the channel. */
final class BlockingFile {
  private final SocketChannel channel;
  private final FileAnswer file;

  BlockingFile(SocketChannel channel, FileAnswer file) {
    this.channel = channel;
    this.file = file;
  }

  /** Answers until the client ends the connection. */
  void run() throws IOException {
    ByteBuffer request = ByteBuffer.allocate(1);
    while (channel.read(request) >= 0) {
      request.clear();
      send();
    }
  }

  private void send() throws IOException {
    try (FileChannel content = FileChannel.open(file.path())) {
      long sent = 0;
      while (sent < file.size()) {
        sent += content.transferTo(sent, file.size() - sent, channel);
      }
    }
  }
}
