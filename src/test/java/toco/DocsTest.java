package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.Markdown.Span;

/// Links, files, classes and samples of code in the documentation exist; [toco.cli] has the tests
/// of commands, options and keys, [toco.eval] those of printed tables.
class DocsTest {
  private static final List<Markdown> PAGES = Markdown.pages();

  /// The change log also has names of the past.
  private static final List<Markdown> PRESENT =
      PAGES.stream().filter(page -> !page.file().endsWith("CHANGELOG.md")).toList();

  private static final String ROOTS = "bin|bindings|ci|configs|docs|examples|native|src";
  private static final Pattern FILE =
      Pattern.compile("(?<![\\w./$-])((?:" + ROOTS + ")/[\\w./*{},$-]*)");
  private static final Pattern JAVA_FILE = Pattern.compile("(?:[a-z]+/)?([A-Z]\\w+)\\.java");
  private static final Pattern QUALIFIED =
      Pattern.compile("(?<![\\w.:-])toco((?:\\.[a-z]\\w*)*)(?:\\.([A-Z]\\w*))?(?:[.#](\\w+))?.*");
  private static final Pattern SIMPLE =
      Pattern.compile("([A-Z][a-z]\\w*|RoiCrops)(?:\\.([a-z]\\w*))?(?:\\(.*)?");

  /// Names of classes that are not ours: PyTorch's, the JDK's, Kubernetes' and the paper's.
  private static final Set<String> OTHER_CLASSES =
      Set.of(
          "DataLoader",
          "PyTorchJob",
          "Job",
          "RandomResizedCrop",
          "OrderedDict",
          "Drop",
          "Block",
          "Linear",
          "YourProgram",
          "Parallelism",
          "MyRecipe",
          "HuberLoss");

  private static final Set<String> CLASSES = sources("src/main/java", "examples");
  private static final Set<String> TESTS = sources("src/test/java", "src/jmh/java");

  private static Set<String> sources(String... folders) {
    var names = new TreeSet<String>();
    for (var folder : folders) {
      try (var files = Files.walk(Markdown.HOME.resolve(folder))) {
        files
            .map(file -> Markdown.HOME.resolve(folder).relativize(file).toString())
            .filter(file -> file.endsWith(".java"))
            .forEach(names::add);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    assertFalse(names.isEmpty());
    return names;
  }

  private static void check(List<String> problems, int checked, int atLeast) {
    assertEquals("", String.join("\n", problems));
    assertTrue(checked >= atLeast, "only %d found, of at least %d".formatted(checked, atLeast));
  }

  @Test
  void everyLinkLeadsSomewhere() {
    var problems = new ArrayList<String>();
    int links = 0;
    for (var page : PAGES) {
      var inside = page.links().stream().filter(link -> !link.text().matches("[a-z]+:.*")).toList();
      problems.addAll(page.problems(inside, target -> leads(page, target), "leads nowhere"));
      links += inside.size();
    }
    check(problems, links, 60);
  }

  private static boolean leads(Markdown page, String target) {
    var parts = target.split("#", 2);
    var folder = page.file().getParent() == null ? Path.of("") : page.file().getParent();
    var file = parts[0].isEmpty() ? page.file() : folder.resolve(parts[0]).normalize();
    if (!Files.exists(Markdown.HOME.resolve(file))) {
      return false;
    }
    return parts.length == 1 || Markdown.read(file).anchors().contains(parts[1]);
  }

  @Test
  void everyFileIsThere() {
    var problems = new ArrayList<String>();
    int files = 0;
    for (var page : PRESENT) {
      var named = new ArrayList<Span>();
      page.code().forEach(span -> addFiles(named, span));
      for (var block : page.blocks()) {
        var lines = block.text().split("\n");
        for (int i = 0; i < lines.length; i++) {
          addFiles(named, new Span(block.line() + i, lines[i]));
        }
      }
      problems.addAll(page.problems(named, DocsTest::exists, "no such file"));
      files += named.size();
    }
    check(problems, files, 80);
  }

  private static void addFiles(List<Span> named, Span span) {
    FILE.matcher(span.text())
        .results()
        .map(it -> it.group(1).replaceAll("[.,]+$", ""))
        .forEach(file -> named.add(new Span(span.line(), file)));
  }

  private static boolean exists(String name) {
    if (!name.contains("*") && !name.contains("{")) {
      return Files.exists(Markdown.HOME.resolve(name));
    }
    var folder = Markdown.HOME.resolve(name.substring(0, name.lastIndexOf('/')));
    var pattern = name.substring(name.lastIndexOf('/') + 1);
    var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> matcher.matches(file.getFileName()));
    } catch (IOException e) {
      return false;
    }
  }

  /// `train/Trainer.java`, `toco.torch`, `toco.eval.CamCurve`, `TensorScope`, `Tensor.wrap`.
  @Test
  void everyClassAndPackageIsThere() {
    var problems = new ArrayList<String>();
    int names = 0;
    for (var page : PRESENT) {
      var named =
          page.code().stream()
              .filter(span -> !span.text().matches("toco (?s:.*)|.*[:/<].*:.*"))
              .filter(span -> isClassName(span.text()))
              .toList();
      problems.addAll(page.problems(named, DocsTest::classExists, "no such class or member"));
      names += named.size();
    }
    check(problems, names, 40);
  }

  /// A picture in Mermaid names classes as `cam.RoiCrops`.
  @Test
  void everyClassInAPictureIsThere() {
    var packages = String.join("|", ArchitectureTest.ORDER);
    var named = Pattern.compile("\\b(" + packages + ")\\.(?:ffi\\.)?([A-Z]\\w*)");
    var missing = new ArrayList<String>();
    int names = 0;
    for (var page : PRESENT) {
      for (var block : page.blocksIn("mermaid")) {
        for (var name : named.matcher(block.text()).results().toList()) {
          names++;
          if (!name.group().contains("ffi") && !classExists("toco." + name.group())) {
            missing.add(page.file() + ": " + name.group());
          }
        }
      }
    }
    check(missing, names, 15);
  }

  private static boolean isClassName(String text) {
    return (JAVA_FILE.matcher(text).matches() && !FILE.matcher(text).matches())
        || (text.startsWith("toco.") && QUALIFIED.matcher(text).matches())
        || (SIMPLE.matcher(text).matches() && !text.matches("[A-Z][a-z]*"));
  }

  private static boolean classExists(String text) {
    var file = JAVA_FILE.matcher(text);
    if (file.matches()) {
      return OTHER_CLASSES.contains(file.group(1))
          || Stream.concat(CLASSES.stream(), TESTS.stream())
              .anyMatch(source -> ("/" + source).endsWith("/" + text));
    }
    var qualified = QUALIFIED.matcher(text);
    if (text.startsWith("toco.") && qualified.matches()) {
      var folder = "toco" + qualified.group(1).replace('.', '/');
      var type = qualified.group(2);
      return type == null
          ? Stream.of("src/main/java/", "bindings/")
              .anyMatch(root -> Files.isDirectory(Markdown.HOME.resolve(root + folder)))
          : CLASSES.contains(folder + "/" + type + ".java")
              && hasMember(folder + "/" + type, qualified.group(3));
    }
    var simple = SIMPLE.matcher(text);
    assertTrue(simple.matches());
    var name = simple.group(1);
    if (OTHER_CLASSES.contains(name)) {
      return true;
    }
    return Stream.concat(CLASSES.stream(), TESTS.stream())
        .filter(source -> ("/" + source).endsWith("/" + name + ".java"))
        .anyMatch(source -> hasMember(source.replace(".java", ""), simple.group(2)));
  }

  private static boolean hasMember(String type, String member) {
    if (member == null || !CLASSES.contains(type + ".java") || !type.startsWith("toco/")) {
      return true;
    }
    try {
      var found = Class.forName(type.replace('/', '.'), false, DocsTest.class.getClassLoader());
      return membersOf(found, new HashSet<>()).contains(member);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Set<String> membersOf(Class<?> type, Set<String> into) {
    Arrays.stream(type.getDeclaredMethods()).forEach(method -> into.add(method.getName()));
    Arrays.stream(type.getDeclaredFields()).forEach(field -> into.add(field.getName()));
    Arrays.stream(type.getDeclaredClasses()).forEach(inner -> into.add(inner.getSimpleName()));
    Arrays.stream(type.getInterfaces()).forEach(other -> membersOf(other, into));
    if (type.getSuperclass() != null) {
      membersOf(type.getSuperclass(), into);
    }
    return into;
  }

  /// The list of packages in the README is that of the layering, in its order.
  @Test
  void theReadmeListsAllPackagesInTheirOrder() {
    var block =
        Markdown.read(Path.of("README.md")).blocks().stream()
            .filter(it -> it.text().contains("src/main/java/toco/"))
            .findFirst()
            .orElseThrow();
    var listed =
        block
            .text()
            .lines()
            .dropWhile(line -> !line.startsWith("src/main/java/toco/"))
            .skip(1)
            .takeWhile(line -> line.startsWith("  "))
            .filter(line -> line.matches("  [a-z].*"))
            .map(line -> line.strip().split(" {2,}")[0])
            .flatMap(names -> Arrays.stream(names.split("[, ]+")))
            .toList();
    assertEquals(ArchitectureTest.ORDER, listed);
  }

  /// A block of Java compiles, as statements that may use a tensor `x`, or as a whole file.
  @Test
  void everyJavaBlockCompiles(@TempDir Path classes) {
    var problems = new ArrayList<String>();
    int blocks = 0;
    for (var page : PAGES) {
      for (var block : page.blocksIn("java")) {
        for (var error : compile(block.text(), classes)) {
          problems.add("%s: block at line %d: %s".formatted(page.file(), block.line(), error));
        }
        blocks++;
      }
    }
    check(problems, blocks, 4);
  }

  private static List<String> compile(String code, Path classes) {
    var imports =
        ArchitectureTest.ORDER.stream()
            .map("import toco.%s.*;\n"::formatted)
            .collect(Collectors.joining());
    boolean whole =
        Pattern.compile("(?m)^(final |public )*(class|record|enum) ").matcher(code).find();
    var source =
        imports
            + "import java.nio.file.*;\nimport java.util.*;\nimport toco.config.Protocol;\n"
            + (whole
                ? code
                : "class Sample { static Tensor x; static void run() throws Exception {\n"
                    + code
                    + "}}");
    var file =
        new SimpleJavaFileObject(URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    var errors = new DiagnosticCollector<JavaFileObject>();
    ToolProvider.getSystemJavaCompiler()
        .getTask(
            new StringWriter(),
            null,
            errors,
            List.of("-proc:none", "-d", classes.toString()),
            null,
            List.of(file))
        .call();
    return errors.getDiagnostics().stream()
        .filter(it -> it.getKind() == javax.tools.Diagnostic.Kind.ERROR)
        .map(it -> it.getMessage(null).replaceAll("\\s+", " "))
        .toList();
  }

  /// A message that the documentation quotes is one of the program's: its words occur in a string
  /// of the sources, its numbers and names apart.
  @Test
  void everyQuotedMessageIsOneOfTheProgram() {
    var strings = SourceStrings.read(Markdown.HOME);
    var page = Markdown.read(Path.of("docs/DISTRIBUTED.md"));
    var quoted = page.code().stream().filter(span -> span.text().split(" ").length >= 5).toList();
    var messages =
        quoted.stream().filter(span -> !span.text().matches("(bin/)?toco .*|#.*")).toList();
    check(page.problems(messages, strings::contain, "nothing says this"), messages.size(), 8);
    assertFalse(strings.contain("rank 3 of 4 did not turn up in good time at all"));
  }

  /// The first screen says what this is, how to install and run it, and shows it.
  @Test
  void theFirstScreenHasInstallRunAndPicture() throws IOException {
    var screen =
        Files.readAllLines(Markdown.HOME.resolve("README.md")).stream()
            .limit(40)
            .collect(Collectors.joining("\n"));
    for (var needed : List.of("apt-get install", "JDK 25", "bin/toco demo", "docs/demo.png")) {
      assertTrue(screen.contains(needed), needed);
    }
  }

  @Test
  void mistakesAreFound() {
    var readme = Markdown.read(Path.of("README.md"));
    assertTrue(leads(readme, "docs/METHOD.md#evaluation"));
    assertFalse(leads(readme, "docs/METHODS.md"));
    assertFalse(leads(readme, "docs/METHOD.md#no-such-heading"));
    assertTrue(exists("src/main/java/toco/*") && exists("configs/{voc,coco}_*.yaml"));
    assertFalse(exists("configs/voc_swin.yaml") || exists("configs/swin_*.yaml"));
    assertTrue(classExists("toco.torch.Tensor") && classExists("Tensor.wrap"));
    assertTrue(classExists("toco.torch.ffi") && classExists("train/Trainer.java"));
    assertFalse(classExists("toco.torch.Tensors") || classExists("Tensor.wraps"));
    assertFalse(classExists("toco.torches") || classExists("torch/Trainer.java"));
  }
}
