package toco.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;

/// The kind of a file, by its first bytes and regardless of its name.
enum FileKind {
  SAFETENSORS("a safetensors file"),
  ZIP("a ZIP archive, as torch.save writes it"),
  PICKLE("a pickle, as older versions of torch.save write it"),
  JSON("a JSON file"),
  EMPTY("empty"),
  JPEG("a JPEG picture"),
  PNG("a PNG picture"),
  NPY("a numpy array"),
  HDF5("an HDF5 file"),
  PDF("a PDF document"),
  GGUF("a GGUF file of llama.cpp; use a .safetensors or .pth release of the weights"),
  ONNX("an ONNX network, which is for other programs; use the checkpoint that it was made from"),
  GZIP("gzip-compressed; unpack it first"),
  XZ("xz-compressed; unpack it first"),
  BZIP2("bzip2-compressed; unpack it first"),
  ZSTD("Zstandard-compressed; unpack it first"),
  RAR("a RAR archive; unpack it first"),
  SEVEN_ZIP("a 7z archive; unpack it first"),
  OLD_TAR("a file of PyTorch before 0.1.10, a tar archive; load and save it with a later PyTorch"),
  TAR("a tar archive; unpack it first"),
  LFS_POINTER("a Git LFS pointer instead of the file it stands for; run git lfs pull"),
  ANNEX_POINTER("a git-annex pointer instead of the file it stands for; run git annex get"),
  WEB_PAGE("a web page; the download failed, fetch it again"),
  ZEROS("only zero bytes at its beginning; the download is incomplete, fetch it again"),
  OLD_PICKLE("a pickle of protocol 0 or 1; in Python, load it and save the weights by torch.save"),
  TEXT("a text; if it was downloaded, fetch it again"),
  OTHER("of an unknown kind");

  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int TAR_MAGIC_AT = 257;
  private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

  private static final Map<String, FileKind> MAGIC =
      Map.ofEntries(
          Map.entry("\u00ff\u00d8\u00ff", JPEG),
          Map.entry("\u0089PNG", PNG),
          Map.entry("\u0093NUMPY", NPY),
          Map.entry("\u0089HDF", HDF5),
          Map.entry("%PDF-", PDF),
          Map.entry("GGUF", GGUF),
          Map.entry("\u001f\u008b", GZIP),
          Map.entry("\u00fd7zXZ", XZ),
          Map.entry("BZh", BZIP2),
          Map.entry("(\u00b5/\u00fd", ZSTD),
          Map.entry("Rar!", RAR),
          Map.entry("7z\u00bc\u00af", SEVEN_ZIP),
          Map.entry("version https://git-lfs", LFS_POINTER),
          Map.entry("/annex/objects/", ANNEX_POINTER));

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  static FileKind of(MappedFile file) {
    if (file.size() == 0) {
      return EMPTY;
    }
    int length = (int) Math.min(file.size(), 512);
    var start =
        new String(file.bytes().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1);
    // checked first: a header of 640 bytes begins like a pickle of protocol 2
    if (start.length() > 8
        && start.charAt(8) == '{'
        && plausibleHeader(file.bytes().get(LONG_LE, 0))) {
      return SAFETENSORS;
    }
    if (start.startsWith("PK\3\4")) {
      return ZIP;
    }
    if (start.length() > 2
        && start.charAt(0) == 0x80
        && start.charAt(1) >= 2
        && start.charAt(1) <= 5) {
      return PICKLE;
    }
    for (var magic : MAGIC.entrySet()) {
      if (start.startsWith(magic.getKey())) {
        return magic.getValue();
      }
    }
    if (start.startsWith("ustar", TAR_MAGIC_AT)) {
      return start.matches("(?s)(sys_info|pickle|storages|tensors)\0.*") ? OLD_TAR : TAR;
    }
    if (start.matches("(?s)\b[\1-\40][\22:].*")) { // its version, then producer or graph
      return ONNX;
    }
    if (start.chars().allMatch(c -> c == 0)) {
      return ZEROS;
    }
    var text = start.startsWith(BYTE_ORDER_MARK) ? start.substring(3) : start.stripLeading();
    if (text.startsWith("<") || text.startsWith("{")) {
      return text.startsWith("<") ? WEB_PAGE : JSON;
    }
    if (start.matches("(?s)\\(?(d|l)p\\d+\n.*|[(]?c[\\w.]+\n\\w+\n.*")) {
      return OLD_PICKLE;
    }
    return start.chars().allMatch(c -> c >= ' ' || Character.isWhitespace(c)) ? TEXT : OTHER;
  }

  private static boolean plausibleHeader(long headerBytes) {
    return headerBytes > 0 && headerBytes <= SafeTensorsHeader.MAX_BYTES;
  }

  /// Completes "the file is …".
  @Override
  public String toString() {
    return description;
  }
}
