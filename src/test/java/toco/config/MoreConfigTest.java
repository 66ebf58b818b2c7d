package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MoreConfigTest {
  /// The defaults of the keys are the published values for VOC.
  @Test
  void theDefaultsAreVoc() throws ReflectiveOperationException {
    for (var component : MoreConfig.class.getRecordComponents()) {
      var value = component.getAccessor().invoke(MoreConfig.VOC);
      var annotation = component.getAnnotation(Default.class);
      assertEquals(
          Double.parseDouble(annotation.value()),
          ((Number) value).doubleValue(),
          component.getName());
    }
  }

  @Test
  void impossibleValuesAreRefused() {
    var e =
        assertThrows(ConfigException.class, () -> MoreConfig.VOC.withMasks(0.5, 10_001, 0.3, 0.35));
    assertTrue(e.getMessage().contains("more.mainCamLowThreshold"), e.getMessage());
    assertThrows(ConfigException.class, () -> MoreConfig.VOC.withMasks(1.5, 10_001, 0.6, 0.35));
    assertThrows(ConfigException.class, () -> MoreConfig.VOC.withMasks(0.5, -1, 0.6, 0.35));
  }
}
