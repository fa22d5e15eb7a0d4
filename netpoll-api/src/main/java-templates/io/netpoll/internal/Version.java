package io.netpoll.internal;

/** Made by the build. */
public final class Version {
  /**
   * The version that the library has. The compiler copies it into each class that names it, so a
   * module that passes it to {@link Versions} passes the version that it was built with, wherever
   * its classes are: in a jar, in one into which others were merged, in a run-time image, in a
   * folder.
   */
  public static final String CURRENT = "${project.version}";

  private Version() {}
}
