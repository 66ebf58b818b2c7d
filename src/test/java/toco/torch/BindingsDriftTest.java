package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import toco.files.Sha256;
import toco.torch.ffi.TocoTorch;

/// Header, generated bindings and library must tell the same story: a signature that differs
/// between them would crash the JVM rather than throw.
class BindingsDriftTest {
  private static final Path HOME = Path.of(System.getProperty("toco.home", "."));
  private static final Path HEADER = HOME.resolve("native/include/toco_torch.h");
  private static final Path HASH = HOME.resolve("bindings/toco_torch.h.sha256");
  private static final String REMEDY = "run bindings/generate.sh and native/build.sh";

  private static final Pattern DECLARATION =
      Pattern.compile("TT_API\\s+([\\w ]+?\\**)\\s*(\\**)(tt_\\w+)\\(([^)]*)\\);");

  /// Function name to its signature in Java's types, such as `int(MemorySegment, long)`.
  private static SortedMap<String, String> declared() throws IOException {
    var comment = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
    var text = comment.matcher(Files.readString(HEADER)).replaceAll(" ");
    var functions = new TreeMap<String, String>();
    var found = DECLARATION.matcher(text);
    while (found.find()) {
      var parameters = found.group(4).strip();
      var types =
          parameters.equals("void")
              ? ""
              : Arrays.stream(parameters.split(","))
                  .map(BindingsDriftTest::javaType)
                  .collect(Collectors.joining(", "));
      var result = javaType(found.group(1) + found.group(2) + " r");
      functions.put(found.group(3), "%s(%s)".formatted(result, types));
    }
    return functions;
  }

  private static final Set<String> HANDLES =
      Set.of(
          "tt_tensor",
          "tt_stack",
          "tt_object",
          "tt_module",
          "tt_package",
          "tt_generator",
          "tt_inference",
          "tt_event",
          "tt_store",
          "tt_group",
          "tt_reducer");

  private static String javaType(String declaration) {
    var type = declaration.strip().replaceAll("\\bconst\\b|\\w+$", "").strip();
    if (type.endsWith("*") || HANDLES.contains(type)) {
      return "MemorySegment";
    }
    return switch (type) {
      case "void" -> "void";
      case "int32_t" -> "int";
      case "int64_t" -> "long";
      case "double" -> "double";
      default ->
          throw new AssertionError("the ABI has no type '%s': %s".formatted(type, declaration));
    };
  }

  private static SortedMap<String, String> bound() {
    var functions = new TreeMap<String, String>();
    for (var method : TocoTorch.class.getDeclaredMethods()) {
      if (method.getName().matches("tt_\\w+") && method.getName().indexOf('$') < 0) {
        functions.put(method.getName(), signature(method));
      }
    }
    return functions;
  }

  private static String signature(Method method) {
    var types =
        Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", "));
    return "%s(%s)".formatted(method.getReturnType().getSimpleName(), types);
  }

  @Test
  void hashIsTheHeaders() throws Exception {
    assertEquals(Sha256.ofFile(HEADER), Files.readString(HASH).strip(), REMEDY);
  }

  @Test
  void theLibraryWasCompiledFromTheHeader() throws IOException {
    LibTorch.load();
    assertEquals(Files.readString(HASH).strip(), TocoTorch.tt_header_hash().getString(0), REMEDY);
  }

  /// The version that LibTorch itself has is that of the headers the shim was compiled with.
  @Test
  void theLoadedLibTorchIsOfTheShimsMinorVersion() {
    assertTrue(LibTorch.version().matches("2\\.\\d+\\.\\d+.*"), LibTorch.version());
    assertEquals(
        minor(TocoTorch.tt_libtorch_version().getString(0)),
        minor(TocoTorch.tt_libtorch_runtime_version().getString(0)));
  }

  private static String minor(String version) {
    return version.substring(0, version.lastIndexOf('.'));
  }

  @Test
  void bindingsHaveTheHeadersFunctionsAndSignatures() throws IOException {
    var declared = declared();
    assertTrue(declared.size() > 100, () -> "only " + declared.size() + " functions in " + HEADER);
    assertEquals(lines(declared), lines(bound()), REMEDY);
  }

  private static String lines(SortedMap<String, String> functions) {
    return functions.entrySet().stream()
        .map(function -> function.getKey() + " " + function.getValue())
        .collect(Collectors.joining("\n"));
  }

  @Test
  void theLibraryExportsTheHeadersFunctionsAndNoOthers() throws IOException {
    SortedSet<String> exported =
        ElfSymbols.exported(LibTorch.library()).stream()
            .filter(symbol -> symbol.startsWith("tt_"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(String.join("\n", declared().keySet()), String.join("\n", exported), REMEDY);
  }

  @Test
  void valueKindsFollowTheHeader() throws ReflectiveOperationException {
    for (var kind : ValueKind.values()) {
      var code = (int) TocoTorch.class.getMethod("TT_KIND_" + kind.name()).invoke(null);
      assertEquals(kind, ValueKind.ofCode(code));
    }
    long declared =
        Arrays.stream(TocoTorch.class.getMethods())
            .filter(method -> method.getName().startsWith("TT_KIND_"))
            .count();
    assertEquals(ValueKind.values().length, declared);
  }

  private static final Pattern COUNT_IN_DOCS =
      Pattern.compile(
          "native functions declared \\| (?<row>\\d+) \\||(?<prose>\\d+) (?:C|native) functions");

  @Test
  void docsCountTheHeadersFunctions() throws IOException {
    var counts = new TreeMap<String, Integer>();
    try (var pages = Files.list(HOME.resolve("docs"))) {
      var all = Stream.concat(pages, Stream.of(HOME.resolve("README.md"))).sorted().toList();
      for (var page : all) {
        if (page.toString().endsWith(".md")) {
          var found = COUNT_IN_DOCS.matcher(Files.readString(page));
          while (found.find()) {
            var count = found.group("row") == null ? found.group("prose") : found.group("row");
            counts.put(page.getFileName() + ": " + found.group(), Integer.valueOf(count));
          }
        }
      }
    }
    assertFalse(counts.isEmpty(), "no page of docs states the number of native functions");
    int declared = declared().size();
    counts.forEach((where, count) -> assertEquals(declared, count, where));
  }

  @Test
  void exceptionKindsFollowTheStatusCodes() throws ReflectiveOperationException {
    for (var kind : TorchException.Kind.values()) {
      var code = (int) TocoTorch.class.getMethod("TT_" + kind.name()).invoke(null);
      assertEquals(kind, TorchException.ofStatus(code, "").kind());
    }
    assertEquals(0, TocoTorch.TT_OK());
    assertEquals(MemorySegment.class, TocoTorch.class.getMethod("tt_last_error").getReturnType());
  }
}
