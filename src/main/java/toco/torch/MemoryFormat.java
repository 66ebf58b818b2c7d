package toco.torch;

/// In which order a tensor's elements lie in memory, as `torch.memory_format`.
public enum MemoryFormat {
  /// Row-major: [B, C, H, W] with W innermost.
  CONTIGUOUS(0),
  /// That of the input.
  PRESERVE(1),
  /// [B, C, H, W] with the channels innermost.
  CHANNELS_LAST(2),
  /// [B, C, D, H, W] with the channels innermost.
  CHANNELS_LAST_3D(3);

  final int code;

  MemoryFormat(int code) {
    this.code = code;
  }
}
