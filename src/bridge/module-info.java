/// LibTorch for the JVM: tensors, layers, optimizers.
///
/// Its native library needs `--enable-native-access=toco.bridge`.
module toco.bridge {
  requires static transitive org.jspecify;

  exports toco.library;
  exports toco.nn;
  exports toco.optim;
  exports toco.torch;
}
