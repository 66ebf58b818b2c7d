package toco.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import toco.config.TrainConfig.Precision;

/// A GPU by its name, and what its data sheet says of it.
///
/// @param name as CUDA has it, such as `NVIDIA H200`
public record Card(String name) {
  private static final Path DRIVERS = Path.of("/proc/driver/nvidia/gpus");

  /// The arithmetic that a card's data sheet promises, in TFLOP/s of dense matrices (data sheets
  /// often give twice as much, for sparse ones): float32 without tensor cores, TF32, and bfloat16
  /// with float32 sums.
  ///
  /// @param names what the name has to contain, in lower case
  /// @param without what it must not contain
  private record Sheet(
      List<String> names, List<String> without, double float32, double tf32, double bfloat16) {
    boolean isOf(String name) {
      return names.stream().allMatch(name::contains) && without.stream().noneMatch(name::contains);
    }

    double of(Precision precision) {
      return switch (precision) {
        case FLOAT32 -> float32;
        case TF32 -> tf32;
        case BFLOAT16 -> bfloat16;
      };
    }
  }

  private static final List<Sheet> SHEETS =
      List.of(
          sheet("h200 nvl", List.of(), 60, 417.5, 835.5),
          sheet("h200", List.of("nvl"), 67, 495, 989),
          sheet("h100 nvl", List.of(), 60, 417.5, 835.5),
          sheet("h100 pcie", List.of(), 51, 378, 756),
          sheet("h100", List.of("nvl", "pcie"), 67, 495, 989),
          sheet("a100", List.of(), 19.5, 156, 312),
          sheet("a10", List.of("a100", "a10g", "a10m"), 31.2, 62.5, 125),
          sheet("l40s", List.of(), 91.6, 183, 362),
          sheet("l4", List.of("l40"), 30.3, 60, 121),
          sheet("rtx 4090", List.of("laptop", "4090 d"), 82.6, 82.6, 165.2),
          sheet("rtx 3090", List.of("laptop", "3090 ti"), 35.6, 35.6, 71));

  private static Sheet sheet(
      String name, List<String> without, double float32, double tf32, double bfloat16) {
    return new Sheet(List.of(name.split(" ")), without, float32, tf32, bfloat16);
  }

  /// The card's peak in TFLOP/s for dense matrix products; empty for a card that is not known here.
  public OptionalDouble peakTflops(Precision precision) {
    var lower = name.toLowerCase(Locale.ROOT);
    return SHEETS.stream()
        .filter(sheet -> sheet.isOf(lower))
        .mapToDouble(sheet -> sheet.of(precision))
        .findFirst();
  }

  /// The first card that NVIDIA's driver lists; empty if there is none.
  public static Optional<Card> ofDriver() {
    return ofDriver(DRIVERS);
  }

  static Optional<Card> ofDriver(Path drivers) {
    try (var cards = Files.list(drivers)) {
      var first = cards.sorted().findFirst();
      return first.isEmpty() ? Optional.empty() : model(first.get().resolve("information"));
    } catch (IOException e) {
      return Optional.empty(); // no driver, or one that does not say
    }
  }

  private static Optional<Card> model(Path information) throws IOException {
    return Files.readAllLines(information).stream()
        .filter(line -> line.startsWith("Model:"))
        .map(line -> new Card(line.substring("Model:".length()).strip()))
        .findFirst();
  }
}
