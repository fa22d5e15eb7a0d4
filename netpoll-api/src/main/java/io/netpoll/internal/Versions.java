package io.netpoll.internal;

/**
 * Refuses modules of this library that were built in another version than this one. They call each
 * other's insides, which change from one version to the next.
 *
 * <p>A module calls it before anything else: in the constructors by which ServiceLoader makes what
 * it provides, and so do, in their names, those that call it without ServiceLoader.
 */
public final class Versions {

  /**
   * Modules are of different versions; the message says which, and what to do. It throws itself, so
   * that it is loaded by those alone who need it.
   */
  static final class MixedVersionsException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private MixedVersionsException(String message) {
      super(message);
    }

    static void raise(String artifact, String version) {
      throw new MixedVersionsException(
          artifact
              + " is of version "
              + version
              + ", but netpoll-api is of version "
              + Version.CURRENT
              + ": use netpoll-bom, so that all modules of Netpoll are of one version.");
    }
  }

  private Versions() {}

  /**
   * Compares the version of a module with that of this one.
   *
   * @param artifact of the module that calls
   * @param version {@link Version#CURRENT}, named by a class of that module
   * @throws IllegalStateException if they differ
   */
  public static void require(String artifact, String version) {
    if (!version.equals(Version.CURRENT)) {
      MixedVersionsException.raise(artifact, version);
    }
  }
}
