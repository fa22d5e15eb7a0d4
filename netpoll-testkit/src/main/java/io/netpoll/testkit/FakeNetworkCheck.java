package io.netpoll.testkit;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Resets the {@link FakeNetwork} before each test, and fails the test if the engine broke a rule of
 * the SPI.
 */
public final class FakeNetworkCheck implements BeforeEachCallback, AfterEachCallback {

  /** Makes the extension. */
  public FakeNetworkCheck() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    FakeNetwork.reset();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      FakeNetwork.assertNoViolations();
    } finally {
      FakeNetwork.reset();
    }
  }
}
