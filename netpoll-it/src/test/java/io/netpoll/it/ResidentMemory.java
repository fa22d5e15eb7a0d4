package io.netpoll.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The resident memory of a process, as Linux tells it. */
public final class ResidentMemory {
  private ResidentMemory() {}

  /** Skips a test where the system does not tell. */
  public static void assumeTold() {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "Only Linux tells resident memory.");
  }

  /** In bytes. */
  public static long of(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IOException("The status of process " + pid + " has no VmRSS.");
  }
}
