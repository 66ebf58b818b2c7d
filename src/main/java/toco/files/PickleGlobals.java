package toco.files;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which classes and functions a pickle may name, and what they mean to its reader. Nothing from
/// the pickle is executed: every allowed name stands for code of this program.
///
/// Methods throw [IllegalArgumentException] with a message that completes "it holds …".
public interface PickleGlobals {
  /// A class or function that a pickle may name.
  interface Global {}

  /// What is being read, for messages: "a file of weights".
  String fileKind();

  /// Whether objects of other programs may be in the pickle, to be skipped: [#find] then returns a
  /// [ForeignObject] for every name that it does not know. Their opcodes, sets, and keys that are
  /// neither text nor number are refused otherwise.
  default boolean skipsForeign() {
    return false;
  }

  /// The class or function of this name; null if it is not allowed.
  @Nullable Global find(String module, String name);

  /// The result of calling an allowed class or function (opcode REDUCE).
  Object call(Global callable, List<?> arguments);

  /// Sets the state of an object that was read before, as `__setstate__` does (opcode BUILD).
  void setState(Object object, Object state);

  /// The object outside the pickle that an id refers to (opcode BINPERSID).
  default Object persistentLoad(Object id) {
    throw new IllegalArgumentException("a reference to an object outside the pickle");
  }
}
