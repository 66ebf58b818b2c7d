package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskValuesTest {
  @Test
  void aValuesPlaceIsItsLabel() {
    assertEquals(new MaskValues(false, Map.of(255, 0, 0, 1, 1, 2)), MaskValues.parse("255, 0, 1"));
    assertEquals(
        new MaskValues(true, Map.of(0, 0, 0xFF8001, 1)), MaskValues.parse("#000000,#Ff8001"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0,256", "0,-1", "0,0", "0,#ff0000", "#fff,#000", "0;255", "0,"})
  void otherTextIsRefused(String text) {
    var message = assertThrows(ConfigException.class, () -> MaskValues.parse(text)).getMessage();
    assertTrue(message.startsWith("data.maskValues must be "), message);
    assertTrue(message.endsWith("got '" + text + "'"), message);
  }

  @Test
  void thereIsOneValuePerClass() {
    assertNull(Config.defaults().data().maskValueList());
    var pets = List.of("data.layout=folder", "data.classNames=[cat, dog]");
    var message =
        assertThrows(
                ConfigException.class,
                () -> Config.parse("data:\n  maskValues: 0,255", "test", pets))
            .getMessage();
    assertTrue(
        message.contains("must have 3 values, one for the background and one per class, got 2"),
        message);
    assertEquals(
        3,
        Config.parse("data: {maskValues: '0,128,255'}", "test", pets)
            .data()
            .maskValueList()
            .labelOf()
            .size());
  }
}
