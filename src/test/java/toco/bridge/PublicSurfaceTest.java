package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import toco.ClassPlaces;
import toco.torch.LibTorch;

/// Every public method of the bridge is called by some class outside its package, in the main code
/// or in a test. A method that no user can reach, such as a static one of a package-private
/// interface, cannot be called there, and is named by this test.
class PublicSurfaceTest {
  private static final List<String> BRIDGE =
      List.of("toco.library", "toco.torch", "toco.nn", "toco.optim");

  /// Inherited from [Object], or generated for enums.
  private static final Set<String> COMMON =
      Set.of("equals", "hashCode", "toString", "values", "valueOf");

  private static final Path MAIN = ClassPlaces.of(LibTorch.class);

  private static final JavaClasses CLASSES =
      new ClassFileImporter().importPaths(MAIN, ClassPlaces.of(PublicSurfaceTest.class));

  @Test
  void everyPublicMethodIsCalledFromOutsideItsPackage() {
    var called = new HashSet<String>();
    CLASSES.stream()
        .flatMap(type -> Stream.concat(callsOf(type), referencesOf(type)))
        .forEach(called::add);
    var uncalled = new TreeSet<String>();
    surface()
        .map(JavaCodeUnit::getFullName)
        .filter(name -> !called.contains(name))
        .forEach(uncalled::add);
    assertTrue(
        uncalled.isEmpty(),
        () ->
            "public, but called by no class outside the package:\n" + String.join("\n", uncalled));
  }

  private static Stream<String> callsOf(JavaClass caller) {
    return caller.getCodeUnitCallsFromSelf().stream()
        .flatMap(call -> fromOutside(caller, call.getTarget()));
  }

  private static Stream<String> referencesOf(JavaClass caller) {
    return caller.getCodeUnitReferencesFromSelf().stream()
        .flatMap(reference -> fromOutside(caller, reference.getTarget()));
  }

  /// The names of a target in another package than the caller's: that of the method itself and, for
  /// a bridge to a package-private superclass, that of the bridged method.
  private static Stream<String> fromOutside(JavaClass caller, CodeUnitAccessTarget target) {
    return target.resolveMember().stream()
        .filter(unit -> !unit.getOwner().getPackageName().equals(caller.getPackageName()))
        .flatMap(unit -> Stream.concat(Stream.of(unit), bridged(unit)))
        .map(JavaCodeUnit::getFullName);
  }

  private static Stream<? extends JavaCodeUnit> bridged(JavaCodeUnit unit) {
    return unit.getModifiers().contains(JavaModifier.SYNTHETIC)
        ? unit.getOwner().getAllRawSuperclasses().stream()
            .flatMap(parent -> parent.getMethods().stream())
            .filter(method -> method.getName().equals(unit.getName()))
        : Stream.empty();
  }

  /// The public methods and constructors of the bridge's public types, and the public methods of
  /// the package-private types that these inherit from.
  private static Stream<JavaCodeUnit> surface() {
    var types =
        CLASSES.stream()
            .filter(type -> BRIDGE.contains(type.getPackageName()))
            .filter(PublicSurfaceTest::isNoTest)
            .filter(PublicSurfaceTest::isVisible)
            .flatMap(type -> Stream.concat(Stream.of(type), inheritedFrom(type)))
            .collect(Collectors.toSet());
    assertFalse(types.isEmpty(), "no public types found in " + BRIDGE);
    return types.stream()
        .flatMap(type -> type.getCodeUnits().stream())
        .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(unit -> !isGenerated(unit))
        .filter(unit -> !COMMON.contains(unit.getName()))
        .filter(unit -> !isImplementedBySubtype(unit));
  }

  /// Tests share the packages of what they test.
  private static boolean isNoTest(JavaClass type) {
    return type.getSource().orElseThrow().getUri().toString().startsWith(MAIN.toUri().toString());
  }

  /// Whether the compiler wrote it: bridges, and the constructors and accessors of records.
  private static boolean isGenerated(JavaCodeUnit unit) {
    var owner = unit.getOwner();
    return unit.getModifiers().contains(JavaModifier.SYNTHETIC)
        || owner.isRecord()
            && (unit.isConstructor() || owner.tryGetField(unit.getName()).isPresent());
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(PublicSurfaceTest::isVisible).orElse(true);
  }

  private static Stream<JavaClass> inheritedFrom(JavaClass type) {
    return Stream.concat(type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream())
        .filter(parent -> parent.getPackageName().equals(type.getPackageName()));
  }

  /// An abstract method is called through the one that implements it.
  private static boolean isImplementedBySubtype(JavaCodeUnit unit) {
    return unit.getModifiers().contains(JavaModifier.ABSTRACT)
        && unit.getOwner().getAllSubclasses().stream()
            .anyMatch(subtype ->
                subtype.getMethods().stream()
                    .anyMatch(method -> method.getName().equals(unit.getName())));
  }
}
