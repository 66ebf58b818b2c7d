package toco.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

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
  GZIP("gzip-compressed; unpack it first"),
  TAR("a tar archive; unpack it first"),
  LFS_POINTER("a Git LFS pointer instead of the file it stands for; run git lfs pull"),
  WEB_PAGE("a web page; the download failed, fetch it again"),
  OTHER("of an unknown kind");

  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int TAR_MAGIC_AT = 257;

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
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    }
    if (start.startsWith("\u0089PNG")) {
      return PNG;
    }
    if (start.startsWith("\u0093NUMPY")) {
      return NPY;
    }
    if (start.startsWith("\u0089HDF")) {
      return HDF5;
    }
    if (start.startsWith("\u001f\u008b")) {
      return GZIP;
    }
    if (start.startsWith("ustar", TAR_MAGIC_AT)) {
      return TAR;
    }
    if (start.startsWith("version https://git-lfs")) {
      return LFS_POINTER;
    }
    var text = start.stripLeading();
    return text.startsWith("<") ? WEB_PAGE : text.startsWith("{") ? JSON : OTHER;
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
