package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ExportsTree;
import com.sun.source.tree.ModuleTree;
import com.sun.source.tree.RequiresTree;
import com.sun.source.util.JavacTask;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// The descriptors of the two modules, which nothing compiles together with the classes, fit them.
/// `ci/jlink.sh` starts a program of both.
class ModulesTest {
  private static final Descriptor BRIDGE = Descriptor.read("src/bridge/module-info.java");
  private static final Descriptor TOCO = Descriptor.read("src/toco/module-info.java");

  /// The packages of `toco-bridge.jar`, by the property of pom.xml that fills both jars.
  private static final Set<String> BRIDGE_PACKAGES =
      Arrays.stream(ProjectFile.BUILD.text("properties/bridge.files").split(","))
          .map(files -> files.replace("/**", "").replace('/', '.'))
          .collect(Collectors.toSet());

  /// The JDK's modules, and the dependencies, by name.
  private static final Map<String, ModuleDescriptor> OTHERS =
      Stream.of(ModuleFinder.ofSystem(), ModuleFinder.of(dependencies()))
          .flatMap(finder -> finder.findAll().stream())
          .map(ModuleReference::descriptor)
          .collect(Collectors.toMap(ModuleDescriptor::name, it -> it));

  private static final Pattern IMPORT = Pattern.compile("import (toco(?:\\.[a-z]\\w*)+)\\.");

  private record Descriptor(String name, Set<String> exports, Set<String> requires) {
    static Descriptor read(String file) {
      var compiler = ToolProvider.getSystemJavaCompiler();
      var files = compiler.getStandardFileManager(null, null, null);
      var source = files.getJavaFileObjects(Markdown.HOME.resolve(file));
      var task = (JavacTask) compiler.getTask(null, files, null, List.of(), null, source);
      try {
        ModuleTree module = task.parse().iterator().next().getModule();
        var exports = new TreeSet<String>();
        var requires = new TreeSet<String>();
        for (var directive : module.getDirectives()) {
          switch (directive) {
            case ExportsTree export -> exports.add(export.getPackageName().toString());
            case RequiresTree required -> requires.add(required.getModuleName().toString());
            default -> throw new AssertionError("not expected in " + file + ": " + directive);
          }
        }
        return new Descriptor(module.getName().toString(), exports, requires);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static boolean isOfBridge(JavaClass type) {
    return BRIDGE_PACKAGES.stream()
        .anyMatch(it -> (type.getPackageName() + ".").startsWith(it + "."));
  }

  private static Set<JavaClass> classes(boolean bridge) {
    return ArchitectureTest.CLASSES.stream()
        .filter(type -> isOfBridge(type) == bridge)
        .collect(Collectors.toSet());
  }

  /// All its packages are for programs, except jextract's bindings.
  @Test
  void theBridgeExportsItsPackages() {
    var packages =
        classes(true).stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.endsWith(".ffi"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(packages, BRIDGE.exports);
  }

  @Test
  void theStableApiIsExported() {
    var exported = Stream.concat(BRIDGE.exports.stream(), TOCO.exports.stream()).toList();
    var hidden = new TreeSet<>(ArchitectureTest.API);
    hidden.removeIf(exported::contains);
    assertEquals(Set.of(), hidden, "stable packages that no module-info.java exports");
  }

  /// A program can name every type that it is given, and the examples are programs.
  @Test
  void theOtherExportedPackagesAreThoseThatSignaturesAndExamplesName() throws IOException {
    var needed = new TreeSet<>(ArchitectureTest.API);
    needed.addAll(importsOfExamples());
    for (int before = -1; before != needed.size(); ) {
      before = needed.size();
      for (var type : classes(false)) {
        if (needed.contains(type.getPackageName()) && isOpen(type)) {
          signatureTypes(type)
              .filter(it -> ArchitectureTest.CLASSES.contain(it.getName()))
              .forEach(it -> needed.add(it.getPackageName()));
        }
      }
    }
    needed.removeAll(BRIDGE.exports);
    assertEquals(needed, TOCO.exports);
  }

  private static Set<String> importsOfExamples() throws IOException {
    var names = new TreeSet<String>();
    try (var files = Files.walk(Markdown.HOME.resolve("examples"))) {
      for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        IMPORT.matcher(Files.readString(file)).results().forEach(it -> names.add(it.group(1)));
      }
    }
    assertTrue(names.size() >= 8, names::toString);
    return names;
  }

  private static boolean isOpen(JavaClass type) {
    return isOpen(type.getModifiers())
        && type.getEnclosingClass().map(it -> isOpen(it)).orElse(true);
  }

  private static boolean isOpen(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static Stream<JavaClass> signatureTypes(JavaClass type) {
    var members = type.getMembers().stream().filter(member -> isOpen(member.getModifiers()));
    return Stream.concat(
            Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream()),
            members.flatMap(ModulesTest::types))
        .flatMap(it -> it.getAllInvolvedRawTypes().stream());
  }

  private static Stream<JavaType> types(JavaMember member) {
    return switch (member) {
      case JavaField field -> Stream.of(field.getType());
      case JavaCodeUnit unit ->
          Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream());
      default -> Stream.of();
    };
  }

  @Test
  void theBridgeRequiresWhatItUses() {
    checkRequires(BRIDGE, true);
  }

  @Test
  void toCoRequiresWhatItUses() {
    checkRequires(TOCO, false);
  }

  private static void checkRequires(Descriptor module, boolean bridge) {
    var used = usedModules(bridge);
    assertTrue(used.containsAll(module.requires), "required, not used: " + module.requires);
    used.removeAll(module.requires);
    for (var required : module.requires) {
      var found = OTHERS.get(required);
      if (found != null) {
        found.requires().stream()
            .filter(it -> it.modifiers().contains(Requires.Modifier.TRANSITIVE))
            .forEach(it -> used.remove(it.name()));
      }
    }
    assertEquals(Set.of(), used, "used, not required");
  }

  private static Path[] dependencies() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar"))
        .map(Path::of)
        .toArray(Path[]::new);
  }

  private static Set<String> usedModules(boolean bridge) {
    var modules = new TreeMap<String, String>(); // by package
    OTHERS.forEach((name, it) -> it.packages().forEach(inside -> modules.put(inside, name)));
    for (var type : ArchitectureTest.CLASSES) {
      modules.put(type.getPackageName(), isOfBridge(type) ? BRIDGE.name : TOCO.name);
    }
    var used =
        classes(bridge).stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(dependency -> dependency.getTargetClass().getBaseComponentType())
            .filter(type -> !type.isPrimitive())
            .map(type -> Objects.requireNonNull(modules.get(type.getPackageName()), type::getName))
            .collect(Collectors.toCollection(TreeSet::new));
    used.remove("java.base");
    used.remove(bridge ? BRIDGE.name : TOCO.name);
    return used;
  }
}
