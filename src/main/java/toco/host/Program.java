package toco.host;

import java.lang.management.ManagementFactory;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// This program as it was started: from jars or classes on the class path, from modules on the
/// module path, or from a runtime image that jlink made.
public final class Program {
  private Program() {}

  /// Its version, by the descriptor of the module or the manifest of the jar; empty if it runs from
  /// a folder of classes.
  public static Optional<String> version() {
    var module = Program.class.getModule();
    return module.isNamed()
        ? module.getDescriptor().version().map(ModuleDescriptor.Version::toString)
        : Optional.ofNullable(Program.class.getPackage().getImplementationVersion());
  }

  /// The command that starts another Java like this one, with the same options.
  ///
  /// @param main the class to start, of this program
  public static List<String> command(Class<?> main) {
    var line = new ArrayList<>(java());
    var classPath = System.getProperty("java.class.path");
    if (!classPath.isEmpty()) {
      line.addAll(List.of("-cp", classPath));
    }
    var module = main.getModule();
    if (module.isNamed()) {
      line.addAll(List.of("-m", module.getName() + "/" + main.getName()));
    } else {
      line.add(main.getName());
    }
    return line;
  }

  /// The beginning of that command: this Java, its options and the properties of ToCo, which may
  /// have been set after the start; without the class path.
  public static List<String> java() {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (var option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-Djdk.module.main=")) { // what Java itself has made of -m
        line.add(option);
      }
    }
    for (var name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
      var option = "-D" + name + "=" + System.getProperty(name);
      if (name.startsWith("toco.") && !line.contains(option)) {
        line.add(option);
      }
    }
    return line;
  }
}
