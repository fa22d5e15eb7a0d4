package io.netpoll.epoll;

import com.kenai.jffi.Library;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Has jffi load its native part from a directory, into which it is unpacked for as long as that
 * takes. jffi's own way is to make a temporary file: for the name it starts a SecureRandom, which
 * takes a sixth of a process's first dial, and the file stays where the process is killed.
 *
 * <p>Where anything of this fails, or the user has set that directory, jffi goes its own way.
 */
final class JffiStub {
  /** Where jffi looks first. */
  private static final String DIRECTORY = "jffi.boot.library.path";

  private static final String FILE = "libjffi-1.2.so";

  private JffiStub() {}

  /**
   * Loads it. Once a process, so that nobody else reads the property meanwhile.
   *
   * @throws LinkageError if it cannot be loaded in any way
   */
  static Library load() {
    File directory = System.getProperty(DIRECTORY) == null ? unpack() : null;
    if (directory == null) {
      return Library.getDefault();
    }
    System.setProperty(DIRECTORY, directory.getPath());
    try {
      return Library.getDefault();
    } finally {
      System.clearProperty(DIRECTORY);
      delete(directory);
    }
  }

  /** Returns the directory, which nobody else may write to; null if that failed. */
  private static @Nullable File unpack() {
    String cpu = System.getProperty("os.arch", "unknown");
    String resource = "jni/" + (EventArray.isX86(cpu) ? "x86_64" : cpu) + "-Linux/" + FILE;
    File directory = null;
    boolean unpacked = false;
    try (InputStream in = JffiStub.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        return null;
      }
      // One that exists is refused, so it does not matter who can guess the name.
      Path path =
          Path.of(
              System.getProperty("java.io.tmpdir"),
              "netpoll-jffi-" + Long.toHexString(System.nanoTime()));
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      directory = path.toFile();
      try (OutputStream out = new FileOutputStream(new File(directory, FILE))) {
        out.write(in.readAllBytes());
      }
      unpacked = true;
      return directory;
    } catch (IOException | RuntimeException jffiMayDoBetter) {
      return null;
    } finally {
      if (directory != null && !unpacked) {
        delete(directory);
      }
    }
  }

  /** The system keeps what is loaded. */
  private static void delete(File directory) {
    new File(directory, FILE).delete();
    directory.delete();
  }
}
