package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Weights split over several files are the same as in one.
@TensorTest(scope = false)
final class ShardedWeightsTest {
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path folder;

  @BeforeEach
  void shards() {
    try (var _ = TensorScope.open()) {
      SafeTensors.write(
          folder.resolve("one.safetensors"),
          Map.of("a", Tensor.ones(2), "unused", Tensor.ones(1)),
          Map.of());
      SafeTensors.write(folder.resolve("two.safetensors"), Map.of("b", Tensor.zeros(1)), Map.of());
    }
  }

  private Path index(String json) throws IOException {
    return Files.writeString(folder.resolve(INDEX), json.replace('\'', '"'));
  }

  @Test
  void theIndexOrItsFolderGivesTheTensorsInItsOrder() throws IOException {
    var index =
        index(
            "{'metadata':{'total_size':12},"
                + "'weight_map':{'b':'two.safetensors','a':'one.safetensors'}}");
    for (var path : List.of(index, folder)) {
      try (var _ = TensorScope.open()) {
        var tensors = StateDict.load(path).tensors();
        assertEquals(List.of("b", "a"), List.copyOf(tensors.keySet()));
        assertArrayEquals(new float[] {1, 1}, tensors.get("a").toFloatArray());
        assertEquals("an index of files of weights", WeightsListing.of(path).kind());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'weight_map':{'a':'../one.safetensors'}} | not the name of a file in its folder",
        "{'weight_map':{'a':'/etc/passwd'}} | not the name of a file in its folder",
        "{'weight_map':{'a':7}} | not the name of a file in its folder",
        "{'weight_map':{'a':''}} | not the name of a file in its folder",
        "{'weight_map':{}} | no weight_map",
        "{'weights':1} | no weight_map",
        "{'weight_map':{'a':'three.safetensors'}} | no such file",
        "{'weight_map':{'a':'two.safetensors'}} | lacks tensor 'a'",
        "{'weight_map': | not valid JSON",
      })
  void invalidIndexesAreRefused(String json, String word) throws IOException {
    var index = index(json);
    try (var _ = TensorScope.open()) {
      var refusal = assertThrows(CheckpointException.class, () -> StateDict.load(index));
      assertTrue(String.valueOf(refusal.getMessage()).contains(word), refusal.getMessage());
    }
  }

  @Test
  void aFolderOfSeveralIndexesIsRefused() throws IOException {
    index("{}");
    Files.writeString(folder.resolve("other." + INDEX), "{}");
    assertRefused(folder, () -> StateDict.load(folder), "2 indexes");
  }
}
