package toco.library;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Why the dynamic linker cannot load the shim, and what to do about it.
///
/// @param library the shim
/// @param environment the environment variables of the process
/// @param prebuilt whether the shim comes from a jar
record LoadFailure(Path library, Map<String, String> environment, boolean prebuilt) {
  /// A text of glibc's or musl's linker or of the JVM, and the remedy made from its groups.
  private record Kind(Pattern text, BiFunction<LoadFailure, Matcher, String> remedy) {}

  private static final List<Kind> KINDS =
      List.of(
          kind("wrong ELF class|Possible cause", LoadFailure::otherProcessor),
          kind(
              "^(.*?): version [`'](GLIBC_\\S+)' not found \\(required by (.*?)\\)",
              LoadFailure::olderSystem),
          kind("^(.*?): version [`']\\S+' not found", LoadFailure::olderLibrary),
          kind("(?:^|: )([^:]*): cannot open shared object file: No such", LoadFailure::absent),
          kind(
              "^(.*?): cannot open shared object file: Permission denied",
              (_, text) -> "make it readable: chmod a+r '%s'".formatted(text.group(1))),
          kind(
              "failed to map segment.*Cannot allocate memory",
              (_, _) -> "memory for it ran out; raise ulimit -v or the container's limit"),
          kind("^(.*?): failed to map segment", LoadFailure::notExecutable),
          kind(
              "static TLS",
              (_, _) ->
                  "start Java with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=65536 (glibc 2.33"
                      + " or newer), and load this library before other native ones"),
          kind(
              "executable stack",
              (_, _) -> "start Java with GLIBC_TUNABLES=glibc.rtld.execstack=2"),
          kind(
              "Error (loading shared library|relocating)",
              (_, _) ->
                  "LibTorch needs glibc, and this system's C library is musl; use Debian, Ubuntu,"
                      + " Fedora or the like instead of Alpine"),
          kind(
              "another classloader",
              (_, _) ->
                  "a process can load it once; put ToCo's jar where all parts of the program share"
                      + " it"),
          kind("undefined symbol", LoadFailure::otherLibrary),
          kind(
              "^(.*?): .*(file too short|invalid ELF header|past end of file|cannot read file"
                  + " data|no loadable segments|no dynamic section|phentsize)",
              (failure, text) -> failure.damaged(Path.of(text.group(1)))));

  private static final List<String> INJECTORS = List.of("LD_PRELOAD", "LD_LIBRARY_PATH");

  /// Libraries that conda, environment modules and other programs bring along.
  private static final Pattern SHARED =
      Pattern.compile("lib(stdc\\+\\+|gomp|gcc_s|torch|c10|cud|cublas|cupti|nccl|nvrtc).*\\.so.*");

  private static Kind kind(String text, BiFunction<LoadFailure, Matcher, String> remedy) {
    return new Kind(Pattern.compile(text), remedy);
  }

  /// The whole message: what could not be loaded, the linker's reason, and the remedy.
  ///
  /// @param reason the text of an [UnsatisfiedLinkError]
  String message(String reason) {
    var cause = reason.strip().replace(library + ": ", "");
    var text = cause.startsWith("/") ? cause : library + ": " + cause;
    var remedy = "run bin/toco doctor";
    for (var kind : KINDS.reversed()) {
      var matcher = kind.text().matcher(text);
      if (matcher.find()) {
        remedy = kind.remedy().apply(this, matcher);
      }
    }
    return "cannot load %s: %s; %s".formatted(library, cause, remedy);
  }

  /// The remedy for a file that is not a whole library.
  String damaged(Path file) {
    return file.equals(library)
        ? "it is damaged; delete %s and run again".formatted(library.getParent())
        : "%s is damaged; delete the LibTorch that it belongs to and run bin/toco again, which"
                .formatted(file)
            + " installs it";
  }

  /// The remedy for a file that is for another processor, which its folder does not say.
  String foreign(Path file) throws IOException {
    var here = Platform.current().processor();
    var remedy =
        file.equals(library)
            ? "use a JDK for that processor, or " + rebuild()
            : "set LIBTORCH to a LibTorch for %s, or unset it".formatted(here);
    return "%s is for %s, and this Java for %s; %s"
        .formatted(
            file.equals(library) ? "it" : file, ElfFile.processor(file).orElse("?"), here, remedy);
  }

  private String rebuild() {
    return prebuilt
        ? "compile one here with native/build.sh and set -Dtoco.library to it"
        : "delete %s and run bin/toco or native/build.sh again".formatted(library.getParent());
  }

  private String otherProcessor(Matcher text) {
    return "it is not for this Java (%s, %s bit); use a JDK for this machine's processor, or %s"
        .formatted(
            System.getProperty("os.arch"), System.getProperty("sun.arch.data.model"), rebuild());
  }

  private String olderSystem(Matcher text) {
    return text.group(3).equals(library.toString())
        ? "it was built on a newer system; " + rebuild()
        : "this system's C library is too old for it; use a newer Linux, or set LIBTORCH to a"
            + " LibTorch that was built for this one";
  }

  private String olderLibrary(Matcher text) {
    var file = Path.of(text.group(1));
    for (var variable : INJECTORS) {
      if (entries(variable)
          .anyMatch(entry -> same(entry, file) || same(entry, file.resolveSibling("")))) {
        return "%s brings %s, which is too old: unset %s"
            .formatted(variable, file, variable)
            .concat(
                variable.equals("LD_LIBRARY_PATH")
                    ? ", or put the folder of a newer %s first".formatted(file.getFileName())
                    : "");
      }
    }
    return "%s is too old; install a newer one (Debian: apt-get install libstdc++6 libgomp1), or %s"
        .formatted(file, rebuild());
  }

  private String absent(Matcher text) {
    var name = text.group(1);
    if (Files.exists(Path.of(name))) {
      return "the linker replaces $ORIGIN, $LIB and $PLATFORM in a path; rename that folder";
    }
    if (name.startsWith("libcuda.so")) {
      return "this LibTorch needs NVIDIA's driver; install it, or set TOCO_FLAVOR=cpu";
    }
    if (name.startsWith("libgomp")) {
      return "install it (Debian: apt-get install libgomp1)";
    }
    if (name.startsWith("libtorch") || name.startsWith("libc10")) {
      return "the LibTorch that it was built for is gone; run bin/toco or native/build.sh again";
    }
    return "LibTorch is incomplete; set LIBTORCH to one that has %s next to it, or unset LIBTORCH"
            .formatted(name)
        + " and run bin/toco again";
  }

  private String notExecutable(Matcher text) {
    return "%s is on a file system mounted noexec, or a security policy forbids to run it; move it"
            .formatted(text.group(1))
        + " to another disk, or if that is the cache, set XDG_CACHE_HOME to a folder on one";
  }

  private String otherLibrary(Matcher text) {
    var injected =
        INJECTORS.stream()
            .flatMap(this::entries)
            .flatMap(LoadFailure::librariesIn)
            .filter(file -> SHARED.matcher(String.valueOf(file.getFileName())).matches())
            .map(Path::toString)
            .distinct()
            .collect(Collectors.joining(", "));
    return injected.isEmpty()
        ? "it was built for another LibTorch; " + rebuild()
        : "%s replace the right ones: unset %s"
            .formatted(
                injected,
                INJECTORS.stream()
                    .filter(name -> entries(name).findAny().isPresent())
                    .collect(Collectors.joining(" and ")));
  }

  private Stream<Path> entries(String variable) {
    return Stream.of(environment.getOrDefault(variable, "").split("[:; ]"))
        .filter(entry -> !entry.isEmpty())
        .map(Path::of);
  }

  private static Stream<Path> librariesIn(Path entry) {
    if (!Files.isDirectory(entry)) {
      return Stream.of(entry);
    }
    try (var files = Files.list(entry)) {
      return files.sorted().toList().stream();
    } catch (IOException e) {
      return Stream.of(); // the linker cannot read it either
    }
  }

  private static boolean same(Path entry, Path file) {
    return entry.toAbsolutePath().normalize().equals(file.toAbsolutePath().normalize());
  }
}
