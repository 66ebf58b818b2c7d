/// A program with its own Java runtime; toco.bridge comes with toco.
module example {
  requires toco;
}
