package toco.files;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A class, function or object in a pickle that its reader does not know and skips: the name, and
/// for a dict-like object its entries. Nothing of it is imported, created or run.
public final class ForeignObject implements PickleGlobals.Global {
  /// Functions of Python that make an object of the class in their first argument.
  private static final List<String> CONSTRUCTORS =
      List.of("copyreg._reconstructor", "copy_reg._reconstructor", "copyreg.__newobj__");

  private final String name;
  private final Map<Object, Object> entries = new LinkedHashMap<>();
  private boolean isModule;

  /// @param name with the module in front, such as `argparse.Namespace`
  public ForeignObject(String name) {
    this.name = name;
  }

  /// What calling this class or function with these arguments would return.
  ForeignObject called(List<?> arguments) {
    boolean ofArgument =
        CONSTRUCTORS.contains(name)
            && !arguments.isEmpty()
            && arguments.getFirst() instanceof ForeignObject;
    return new ForeignObject(ofArgument ? ((ForeignObject) arguments.getFirst()).name : name);
  }

  /// Notes the state that `__setstate__` would get: a `torch.nn.Module` shows in it.
  void setState(Object state) {
    isModule |= state instanceof Map<?, ?> attributes && attributes.containsKey("_modules");
  }

  /// The name, with the module in front.
  public String name() {
    return name;
  }

  /// The entries of an object that is a kind of dict, such as a `defaultdict`; otherwise empty.
  public Map<Object, Object> entries() {
    return entries;
  }

  /// Whether this is a `torch.nn.Module`, which has its weights inside.
  public boolean isModule() {
    return isModule;
  }
}
