package toco.torch;

/// How a tensor is stored, as `torch.layout`. Only strided tensors have memory that Java can read.
public enum TensorLayout {
  STRIDED(0),
  SPARSE_COO(1),
  SPARSE_CSR(2),
  MKLDNN(3),
  SPARSE_CSC(4),
  SPARSE_BSR(5),
  SPARSE_BSC(6),
  JAGGED(7);

  final int code;

  TensorLayout(int code) {
    this.code = code;
  }
}
