package io.netpoll.examples;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the library's version, and what it runs on. */
final class VersionText implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "netpoll-examples " + (version == null ? "(not packaged)" : version),
      "JDK " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"),
      System.getProperty("os.name")
          + " "
          + System.getProperty("os.version")
          + ", "
          + System.getProperty("os.arch")
    };
  }
}
