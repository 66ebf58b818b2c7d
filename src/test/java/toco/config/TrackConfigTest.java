package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrackConfigTest {
  private static TrackConfig with(String setting) {
    return Config.defaults().with(setting).track();
  }

  @Test
  void nothingIsReportedUnlessAServerIsNamed() {
    var environment = Map.of("MLFLOW_TRACKING_URI", "http://elsewhere:1");
    assertNull(Config.defaults().track().mlflowServer(environment));
    assertEquals("http://elsewhere:1", with("track.mlflow=env").mlflowServer(environment));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.0.0.1:5000", "https://mlflow.example/base", "http://[::1]:5000//"})
  void anAddressIsTakenWithoutTheSlashAtItsEnd(String address) {
    assertEquals(
        address.replaceAll("/+$", ""), with("track.mlflow=" + address).mlflowServer(Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqlite:///mlflow.db",
        "file:///data/mlruns",
        "mlruns",
        "localhost:5000",
        "databricks",
        "http://",
        "http:/host",
        "http://a b",
        "ftp://host",
        "http://127.0.0.1:5000/#/experiments/1",
        "http://127.0.0.1:5000/?workspace=x"
      })
  void whatIsNoServerIsRefusedWithTheRemedy(String text) {
    var e = assertThrows(ConfigException.class, () -> with("track.mlflow=" + text));
    var message = e.getMessage();
    assertTrue(message.contains("track.mlflow must be the address of an MLflow server"), message);
    assertTrue(message.contains("'" + text + "'"), message);
    assertTrue(message.contains("mlflow server --backend-store-uri"), message);
    assertEquals(1, message.lines().count());
  }

  /// The address is saved with the run, so a password in it would be, too; nor is it printed.
  @Test
  void anAddressHoldsNoPassword() {
    var text = "http://ann:s3cret@host:5000";
    var e = assertThrows(ConfigException.class, () -> with("track.mlflow=" + text));
    assertTrue(e.getMessage().contains("MLFLOW_TRACKING_PASSWORD"), e.getMessage());
    var environment = Map.of("MLFLOW_TRACKING_URI", text);
    var other =
        assertThrows(
            ConfigException.class, () -> with("track.mlflow=env").mlflowServer(environment));
    assertFalse(other.getMessage().contains("s3cret"), other.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"experiment: ' '", "runName: ' '", "tags: [team]", "tags: [=x]", "artifacts: x"})
  void whatMakesNoSenseIsRefused(String setting) {
    var key = "track." + setting.substring(0, setting.indexOf(':'));
    var text = "track:\n  " + setting;
    var e = assertThrows(ConfigException.class, () -> Config.parse(text, "file", Overrides.NONE));
    assertTrue(e.getMessage().startsWith("file:2: " + key + " must be"), e.getMessage());
  }
}
