package toco;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.EvaluationResult;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import toco.cli.Main;
import toco.image.TurboJpeg;
import toco.torch.LibTorch;

/// Data flows one way: a package may use those before it in the list, never those after it.
class ArchitectureTest {
  static final List<String> ORDER =
      List.of(
          "library",
          "torch",
          "nn",
          "optim",
          "distributed",
          "files",
          "download",
          "tensorboard",
          "html",
          "config",
          "weights",
          "host",
          "image",
          "refine",
          "data",
          "batch",
          "model",
          "cam",
          "loss",
          "recipe",
          "recipes",
          "checkpoint",
          "onnx",
          "foreign",
          "eval",
          "annotation",
          "infer",
          "run",
          "hub",
          "track",
          "train",
          "preview",
          "report",
          "serve",
          "parity",
          "bench",
          "doctor",
          "demo",
          "prepare",
          "reproduce",
          "cli");

  /// The packages that programs build on: their public types need no user here.
  static final Set<String> API =
      Stream.of(
              "torch",
              "nn",
              "optim",
              "distributed",
              "config",
              "image",
              "model",
              "checkpoint",
              "onnx",
              "recipe",
              "recipe.toco",
              "recipe.cosa",
              "recipes",
              "train",
              "infer")
          .map(name -> "toco." + name)
          .collect(Collectors.toSet());

  /// The packages that may start trainings, and `train` itself.
  private static final List<String> TRAIN_USERS =
      List.of("train", "cli", "demo", "reproduce", "bench", "distributed");

  static final JavaClasses CLASSES =
      new ClassFileImporter().importPath(ClassPlaces.of(LibTorch.class));

  /// Collects what a rule finds, so that a run lists every breach.
  static void check(List<EvaluationResult> results) {
    var breaches =
        results.stream()
            .flatMap(result -> result.getFailureReport().getDetails().stream())
            .collect(Collectors.joining("\n"));
    assertTrue(breaches.isEmpty(), breaches);
  }

  private static String[] packages(List<String> names) {
    return names.stream().map(name -> "toco." + name + "..").toArray(String[]::new);
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    var unknown = new TreeSet<String>();
    for (var type : CLASSES) {
      var parts = type.getPackageName().split("\\.");
      if (parts.length < 2 || !ORDER.contains(parts[1])) {
        unknown.add(type.getName());
      }
    }
    assertTrue(!CLASSES.isEmpty(), "no classes found");
    assertTrue(unknown.isEmpty(), () -> "in no package of " + ORDER + ": " + unknown);
  }

  @Test
  void packagesUseOnlyThoseBeforeThem() {
    check(
        ORDER.stream()
            .limit(ORDER.size() - 1)
            .map(name -> {
              var later = ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size());
              return noClasses()
                  .that(resideInAPackage("toco." + name + ".."))
                  .should()
                  .dependOnClassesThat(resideInAnyPackage(packages(later)))
                  .allowEmptyShould(true)
                  .evaluate(CLASSES);
            })
            .toList());
  }

  /// Training runs as a whole are what programs start; nothing below them needs the loop.
  @Test
  void onlyWhatStartsTrainingsUsesTheirPackage() {
    check(
        List.of(
            noClasses()
                .that()
                .resideOutsideOfPackages(packages(TRAIN_USERS))
                .should()
                .dependOnClassesThat(resideInAPackage("toco.train.."))
                .evaluate(CLASSES)));
  }

  /// A simple name means one thing in the whole program, jextract's bindings aside.
  @Test
  void noTwoTypesOfDifferentPackagesShareASimpleName() {
    var packagesOf = new TreeMap<String, Set<String>>();
    for (var type : CLASSES) {
      if (type.isTopLevelClass()
          && !type.getSimpleName().equals("package-info")
          && !type.getPackageName().endsWith(".ffi")) {
        packagesOf
            .computeIfAbsent(type.getSimpleName(), _ -> new TreeSet<>())
            .add(type.getPackageName());
      }
    }
    packagesOf.values().removeIf(packages -> packages.size() == 1);
    assertTrue(packagesOf.isEmpty(), () -> "in several packages: " + packagesOf);
  }

  @Test
  void packagesFormNoCycles() {
    check(
        List.of(
            slices()
                .matching("toco.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .evaluate(CLASSES)));
  }

  /// LibTorch is the bridge's alone, libjpeg-turbo one class's.
  @Test
  void onlyTheBridgeAndTheJpegDecoderTouchNativeCode() {
    var bridge = resideInAPackage("toco.torch..");
    var jpegBindings = resideInAPackage("toco.image.ffi");
    var jpegDecoder = belongToAnyOf(TurboJpeg.class);
    check(
        List.of(
            onlyThese(bridge).use(resideInAPackage("toco.torch.ffi")),
            onlyThese(jpegDecoder.or(jpegBindings)).use(jpegBindings),
            onlyThese(bridge.or(jpegBindings)).use(equivalentTo(Linker.class)),
            onlyThese(bridge.or(jpegBindings).or(jpegDecoder))
                .use(equivalentTo(SymbolLookup.class))));
  }

  private record Users(DescribedPredicate<JavaClass> allowed) {
    EvaluationResult use(DescribedPredicate<JavaClass> nativeCode) {
      return noClasses()
          .that(DescribedPredicate.not(allowed))
          .should()
          .dependOnClassesThat(nativeCode)
          .evaluate(CLASSES);
    }
  }

  private static Users onlyThese(DescribedPredicate<JavaClass> allowed) {
    return new Users(allowed);
  }

  @Test
  void theBridgeKnowsOnlyTheJdk() {
    check(
        List.of(
            noClasses()
                .that(resideInAnyPackage("toco.library..", "toco.torch.."))
                .should()
                .dependOnClassesThat(
                    DescribedPredicate.not(
                        resideInAnyPackage(
                            "toco.library..",
                            "toco.torch..",
                            "java..",
                            "org.jspecify.annotations")))
                .evaluate(CLASSES)));
  }

  /// The rest is package-private: what is public is used from outside, if only by a test, or named
  /// by something that is. Whoever starts the program uses [toco.cli.Main].
  @Test
  void publicTypesAreUsedOutsideTheirPackageOrBelongToTheApi() {
    var idle = new TreeSet<String>();
    var withTests =
        new ClassFileImporter()
            .importPaths(ClassPlaces.of(LibTorch.class), ClassPlaces.of(ArchitectureTest.class));
    for (var main : CLASSES) {
      var type = withTests.get(main.getName());
      boolean open = type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC);
      if (open
          && !API.contains(type.getPackageName())
          && !type.getPackageName().endsWith(".ffi") // as jextract made them
          && !type.isEquivalentTo(Main.class)
          && !type.isAssignableTo(Throwable.class)
          && !isUsedOutside(type)
          && !isNamedByPublicMember(type)) {
        idle.add(type.getName());
      }
    }
    assertTrue(idle.isEmpty(), () -> "public, though nothing outside needs them: " + idle);
  }

  /// By itself, or one of the types inside it.
  private static boolean isUsedOutside(JavaClass type) {
    return type.getPackage().getClasses().stream()
        .filter(part -> (part.getName() + "$").startsWith(type.getName() + "$"))
        .flatMap(part -> part.getDirectDependenciesToSelf().stream())
        .anyMatch(use -> !use.getOriginClass().getPackageName().equals(type.getPackageName()));
  }

  private static boolean isNamedByPublicMember(JavaClass type) {
    return type.getPackage().getClasses().stream()
        .filter(other -> !other.isEquivalentTo(type.reflect()))
        .filter(other -> other.getModifiers().contains(JavaModifier.PUBLIC))
        .flatMap(other -> other.getMethods().stream())
        .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
        .anyMatch(method -> method.getAllInvolvedRawTypes().contains(type));
  }
}
