package toco;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
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

/// Classes, packages and methods that the documentation names exist, and its samples of Java
/// compile.
class DocumentedCodeTest {
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
          "YourProgram");

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

  /// `train/Trainer.java`, `toco.torch`, `toco.eval.CamCurve`, `TensorScope`, `Tensor.wrap`.
  @Test
  void everyClassAndPackageIsThere() {
    var problems = new ArrayList<String>();
    int names = 0;
    for (var page : DocsTest.PRESENT) {
      var named =
          page.code().stream()
              .filter(span -> !span.text().matches("toco (?s:.*)|.*[:/<].*:.*"))
              .filter(span -> isClassName(span.text()))
              .toList();
      problems.addAll(
          page.problems(named, DocumentedCodeTest::classExists, "no such class or member"));
      names += named.size();
    }
    DocsTest.check(problems, names, 40);
  }

  /// A picture in Mermaid names classes as `cam.RoiCrops`.
  @Test
  void everyClassInAPictureIsThere() {
    var packages = String.join("|", ArchitectureTest.ORDER);
    var named = Pattern.compile("\\b(" + packages + ")(?:\\.|: )([A-Z]\\w*)");
    var missing = new ArrayList<String>();
    int names = 0;
    for (var page : DocsTest.PRESENT) {
      for (var block : page.blocksIn("mermaid")) {
        for (var name : named.matcher(block.text()).results().toList()) {
          names++;
          if (!classExists("toco.%s.%s".formatted(name.group(1), name.group(2)))) {
            missing.add(page.file() + ": " + name.group());
          }
        }
      }
    }
    DocsTest.check(missing, names, 15);
  }

  private static boolean isClassName(String text) {
    return (JAVA_FILE.matcher(text).matches() && !text.startsWith("examples/"))
        || (text.startsWith("toco.") && !text.endsWith(".jar") && QUALIFIED.matcher(text).matches())
        || (SIMPLE.matcher(text).matches() && !text.matches("[A-Z][a-z]*"));
  }

  private static boolean classExists(String text) {
    var file = JAVA_FILE.matcher(text);
    if (file.matches()) {
      return OTHER_CLASSES.contains(file.group(1))
          || Stream.concat(CLASSES.stream(), TESTS.stream())
              .anyMatch(source -> ("/" + source).endsWith("/" + text));
    }
    if (text.equals("toco.bridge")) { // a module
      return true;
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
    if (OTHER_CLASSES.contains(name) || isOfTheJdk(name)) {
      return true;
    }
    return Stream.concat(CLASSES.stream(), TESTS.stream())
        .filter(source -> ("/" + source).endsWith("/" + name + ".java"))
        .anyMatch(source -> hasMember(source.replace(".java", ""), simple.group(2)));
  }

  private static boolean isOfTheJdk(String name) {
    for (var folder : List.of("java.lang.", "java.util.")) {
      try {
        Class.forName(folder + name);
        return true;
      } catch (ClassNotFoundException e) {
        // perhaps in the next
      }
    }
    return false;
  }

  private static boolean hasMember(String type, String member) {
    if (member == null || !CLASSES.contains(type + ".java") || !type.startsWith("toco/")) {
      return true;
    }
    try {
      var found =
          Class.forName(type.replace('/', '.'), false, DocumentedCodeTest.class.getClassLoader());
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

  /// A block of Java compiles, as statements that may use a tensor `x`, or as a whole file.
  @Test
  void everyJavaBlockCompiles(@TempDir Path classes) {
    var problems = new ArrayList<String>();
    int blocks = 0;
    for (var page : DocsTest.PAGES) {
      for (var block : page.blocksIn("java")) {
        for (var error : compile(block.text(), classes)) {
          problems.add("%s: block at line %d: %s".formatted(page.file(), block.line(), error));
        }
        blocks++;
      }
    }
    DocsTest.check(problems, blocks, 4);
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

  @Test
  void mistakesAreFound() {
    assertTrue(classExists("toco.torch.Tensor") && classExists("Tensor.wrap"));
    assertTrue(classExists("toco.torch.ffi") && classExists("train/Trainer.java"));
    assertFalse(classExists("toco.torch.Tensors") || classExists("Tensor.wraps"));
    assertFalse(classExists("toco.torches") || classExists("torch/Trainer.java"));
  }
}
