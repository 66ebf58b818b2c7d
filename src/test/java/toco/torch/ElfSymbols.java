package toco.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;

/// Reads the dynamic symbol table of a 64-bit little-endian ELF file, so that the test needs no
/// tool of the system.
final class ElfSymbols {
  private static final int DYNSYM = 11;
  private static final int SYMBOL_BYTES = 24;

  private ElfSymbols() {}

  private record Section(int type, long offset, long size, int link) {}

  /// The names of the functions and data that a shared library defines and exports.
  static SortedSet<String> exported(Path library) throws IOException {
    try (var file = FileChannel.open(library)) {
      var elf =
          file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
      if (elf.getInt(0) != 0x464c457f || elf.get(4) != 2 || elf.get(5) != 1) {
        throw new IOException(library + " is no 64-bit little-endian ELF file");
      }
      int sections = elf.getShort(60) & 0xffff;
      for (int i = 0; i < sections; i++) {
        var section = section(elf, i);
        if (section.type() == DYNSYM) {
          return defined(elf, section, section(elf, section.link()));
        }
      }
      throw new IOException(library + " has no dynamic symbol table");
    }
  }

  private static Section section(ByteBuffer elf, int index) {
    int at = (int) elf.getLong(40) + index * elf.getShort(58);
    return new Section(
        elf.getInt(at + 4), elf.getLong(at + 24), elf.getLong(at + 32), elf.getInt(at + 40));
  }

  private static SortedSet<String> defined(ByteBuffer elf, Section symbols, Section names) {
    var found = new TreeSet<String>();
    for (long at = symbols.offset(); at < symbols.offset() + symbols.size(); at += SYMBOL_BYTES) {
      boolean hasSection = elf.getShort((int) at + 6) != 0;
      if (hasSection) {
        found.add(name(elf, (int) names.offset() + elf.getInt((int) at)));
      }
    }
    return found;
  }

  private static String name(ByteBuffer elf, int start) {
    var text = new StringBuilder();
    for (int at = start; elf.get(at) != 0; at++) {
      text.append((char) elf.get(at));
    }
    return text.toString();
  }
}
