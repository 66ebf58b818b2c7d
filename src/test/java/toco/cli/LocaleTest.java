package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.Checkpoint;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.TinyRun;

/// Files, names and output do not depend on the JVM's locale: not on its digits, its decimal point
/// or its upper and lower case.
@TensorTest
class LocaleTest {
  /// A digit other than 0 to 9.
  private static final Pattern NATIVE_DIGIT = Pattern.compile("[\\p{Nd}&&[^0-9]]");

  private final Locale original = Locale.getDefault();
  @TempDir private Path folder;

  @BeforeEach
  void startWithoutLocale() {
    Locale.setDefault(Locale.ROOT);
  }

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(original);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "th-TH-u-nu-thai-ca-buddhist", "de-DE", "tr-TR"})
  void aRunAndAllThatReadsItAreTheSameInEveryLocale(String tag) throws IOException {
    var plain = folder.resolve("plain");
    train(plain, Locale.ROOT);
    var local = folder.resolve("local");
    train(local, Locale.forLanguageTag(tag));

    assertSame(contents(plain), contents(local));
    assertSame(commands(local, Locale.ROOT), commands(local, Locale.forLanguageTag(tag)));
  }

  private static void assertSame(Map<String, String> expected, Map<String, String> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, text) -> {
      int at = Arrays.mismatch(text.toCharArray(), actual.get(name).toCharArray());
      var part = actual.get(name).substring(Math.max(0, at - 40));
      assertEquals(
          -1, at, () -> name + " differs at …" + part.substring(0, Math.min(80, part.length())));
    });
  }

  /// Three steps, of which the last follows a resume under the root locale.
  private void train(Path run, Locale locale) {
    Locale.setDefault(locale);
    var config =
        TinyRun.config(
            run,
            folder.resolve("data"),
            "train.maxIters=3",
            "train.checkpointEvery=2",
            "train.overlayEvery=2",
            "train.evalEvery=2");
    var watcher = new TinyRun.Watcher();
    watcher.stopAt = 2;
    TinyRun.train(config, watcher);
    assertEquals(0, Cli.run("config", run.resolve("config.yaml")).status());
    Locale.setDefault(Locale.ROOT);
    var resumed = Cli.run("train", "--resume", run);
    assertEquals(0, resumed.status(), resumed.err());
  }

  /// A run's files by name; of those that hold times, only whether they are free of native digits.
  private Map<String, String> contents(Path run) throws IOException {
    var files = new TreeMap<String, String>();
    try (var all = Files.walk(run)) {
      for (var file : all.filter(Files::isRegularFile).toList()) {
        var name = run.relativize(file).toString();
        assertFalse(NATIVE_DIGIT.matcher(name).find(), name);
        var text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (name.matches(".*\\.(safetensors|yaml)")) {
          files.put(name, text.replace(run.toString(), "RUN"));
        } else {
          var utf8 = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
          boolean isText = name.endsWith(".jsonl");
          assertFalse(isText && NATIVE_DIGIT.matcher(utf8).find(), utf8);
          files.put(name.replaceAll("tfevents\\.\\d{10}", "tfevents.TIME"), "");
        }
      }
    }
    return files;
  }

  /// What commands print and write about one run.
  private Map<String, String> commands(Path run, Locale locale) throws IOException {
    Locale.setDefault(locale);
    var config = run.resolve("config.yaml");
    var checkpoint = run.resolve("checkpoints/step-000003.safetensors");
    var out = folder.resolve("out");
    var results = new LinkedHashMap<String, String>();
    for (var line :
        List.of(
            List.of("report", run, "--out", out.resolve("report.html")),
            List.of("eval", config, "--checkpoint", checkpoint, "--bootstrap", 10, "--out", out),
            List.of("eval", "cam", config, "--checkpoint", checkpoint),
            List.of("checkpoint", "inspect", checkpoint),
            List.of("checkpoint", "inspect", checkpoint, "--json"),
            List.of(
                "infer",
                "tokens",
                config,
                "--checkpoint",
                checkpoint,
                "--images",
                folder.resolve("data/JPEGImages/val_00001.jpg"),
                "--out",
                out.resolve("tokens")),
            List.of(
                "pseudo-labels",
                config,
                "--checkpoint",
                checkpoint,
                "--out",
                out.resolve("pseudo")),
            List.of("export", "--checkpoint", run, "--torchscript", out.resolve("x.ts")),
            List.of("data", "check", config),
            List.of("data", "preview", config, "--out", out.resolve("preview"), "--force"),
            List.of("data", "synthetic", out.resolve("shapes"), "--train", 1, "--val", 1),
            List.of("config", "--describe"),
            List.of("train", "--help"),
            List.of("train", config))) {
      var result = Cli.run(line.toArray());
      var text = result.status() + result.out() + result.err();
      results.put(line.toString(), text.replaceAll("\\d\\.\\de-\\d\\d", "ROUNDING")); // of export
    }
    try (var all = Files.walk(out)) {
      for (var file : all.filter(Files::isRegularFile).toList()) {
        boolean differs = file.toString().endsWith(".ts"); // its archive holds a temporary name
        results.put(
            file.toString(), differs ? "" : Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    Files.move(out, folder.resolve("out of " + locale.toLanguageTag()));
    return results;
  }

  /// Earlier versions named checkpoints in the digits of the locale.
  @Test
  void aCheckpointNamedInNativeDigitsIsFound() throws IOException {
    var run = folder.resolve("run");
    train(run, Locale.ROOT);
    var arabic = run.resolve("checkpoints/step-٠٠٠٠٠٣.safetensors");
    Files.move(run.resolve("checkpoints/step-000003.safetensors"), arabic);
    try (var _ = TensorScope.open()) {
      var found = Checkpoint.latest(run).orElseThrow();
      assertEquals(arabic, found.file());
      assertEquals(3, found.checkpoint().step());
    }
    assertEquals(List.of(3L, 2L), Checkpoint.stepsIn(run));
    assertTrue(Cli.run("report", run).out().contains("report.html"));
  }
}
