package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.DataConfig;
import toco.image.LabelMap;

class MaskClassesTest {
  /// VOC: bird is 3, cat 8, person 15; 21 is no class of VOC and stays.
  @Test
  void masksNumberAllClassesOfTheLayout() {
    var data = data("data.classNames=[cat, bird]", "data.otherClasses=ignore");
    assertArrayEquals(new byte[] {0, 2, 1, 0, (byte) 255, 21}, relabelled(data, 1));
  }

  /// Own classes: the mask's labels above 2 are others.
  @Test
  void otherwiseOtherClassesFollowThoseOfTheConfiguration() {
    var data =
        data("data.layout=folder", "data.classNames=[cat, unicorn]", "data.otherClasses=ignore");
    assertArrayEquals(new byte[] {0, 0, 0, 0, (byte) 255, 0}, relabelled(data, 4));
    var all = data("data.otherClasses=ignore"); // all of VOC's: nothing changes
    assertArrayEquals(new byte[] {0, 3, 8, 15, (byte) 255, 21}, relabelled(all, 0));
  }

  /// data.maskValues says which indices the classes have; the others are background.
  @Test
  void theValuesOfTheClassesMayBeNamed() {
    var data =
        data(
            "data.layout=folder",
            "data.classNames=[cat, unicorn]",
            "data.maskValues=0,15,3",
            "data.otherClasses=ignore");
    assertArrayEquals(new byte[] {0, 2, 0, 1, (byte) 255, 0}, relabelled(data, 2));
    var shifted =
        data(
            "data.layout=folder",
            "data.classNames=[cat, unicorn]",
            "data.maskValues=21,15,255",
            "data.otherClasses=ignore");
    assertArrayEquals(new byte[] {0, 0, 0, 1, 2, 0}, relabelled(shifted, 3));
  }

  @Test
  void withoutARequestNothingChanges() {
    assertNull(MaskClasses.of(data("data.classNames=[cat, bird]"), null));
  }

  private static byte[] relabelled(DataConfig data, long others) {
    var labels = new byte[] {0, 3, 8, 15, (byte) 255, 21};
    var mask = new LabelMap(MemorySegment.ofArray(labels), 3, 2);
    assertEquals(others, MaskClasses.of(data, data.maskValueList()).relabel(mask));
    return mask.labels().toArray(ValueLayout.JAVA_BYTE);
  }

  private static DataConfig data(String... keys) {
    return Config.parse("", "test", List.of(keys)).data();
  }
}
