package toco.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Reads what a 64-bit little-endian ELF file says to the dynamic linker, so that the test needs no
/// tool of the system.
final class ElfSymbols {
  private static final int DYNAMIC = 6;
  private static final int DYNSYM = 11;
  private static final int VERSIONS_NEEDED = 0x6ffffffe;
  private static final int SYMBOL_BYTES = 24;
  private static final int ENTRY_BYTES = 16; // of the dynamic section

  private final Path file;
  private final ByteBuffer elf;

  private record Section(int type, long offset, long size, int link) {}

  private ElfSymbols(Path file, ByteBuffer elf) {
    this.file = file;
    this.elf = elf;
  }

  static ElfSymbols read(Path library) throws IOException {
    try (var file = FileChannel.open(library)) {
      var elf =
          file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
      if (elf.getInt(0) != 0x464c457f || elf.get(4) != 2 || elf.get(5) != 1) {
        throw new IOException(library + " is no 64-bit little-endian ELF file");
      }
      return new ElfSymbols(library, elf);
    }
  }

  /// The names of the functions and data that the library defines and exports.
  static SortedSet<String> exported(Path library) throws IOException {
    return read(library).exported();
  }

  private SortedSet<String> exported() throws IOException {
    var symbols =
        section(DYNSYM).orElseThrow(() -> new IOException(file + " has no dynamic symbol table"));
    var found = new TreeSet<String>();
    for (long at = symbols.offset(); at < symbols.offset() + symbols.size(); at += SYMBOL_BYTES) {
      boolean hasSection = elf.getShort((int) at + 6) != 0;
      if (hasSection) {
        found.add(name(symbols, elf.getInt((int) at)));
      }
    }
    return found;
  }

  /// The numbers of an entry of the dynamic section, such as 24 (DT_BIND_NOW).
  List<Long> entries(long tag) {
    var found = new ArrayList<Long>();
    section(DYNAMIC)
        .ifPresent(entries -> {
          for (long at = 0; at < entries.size(); at += ENTRY_BYTES) {
            int entry = (int) (entries.offset() + at);
            if (elf.getLong(entry) == tag) {
              found.add(elf.getLong(entry + 8));
            }
          }
        });
    return found;
  }

  /// The texts of an entry of the dynamic section, such as 1 (DT_NEEDED).
  List<String> texts(long tag) {
    var entries = section(DYNAMIC).orElseThrow();
    return entries(tag).stream().map(offset -> name(entries, offset.intValue())).toList();
  }

  /// The versions of symbols that it needs of other libraries, such as `GLIBC_2.34`.
  SortedSet<String> neededVersions() {
    var found = new TreeSet<String>();
    var needs = section(VERSIONS_NEEDED);
    if (needs.isEmpty()) {
      return found;
    }
    int library = (int) needs.get().offset();
    while (true) {
      int version = library + elf.getInt(library + 8);
      for (int left = elf.getShort(library + 2); left > 0; left--) {
        found.add(name(needs.get(), elf.getInt(version + 8)));
        version += elf.getInt(version + 12);
      }
      int next = elf.getInt(library + 12);
      if (next == 0) {
        return found;
      }
      library += next;
    }
  }

  private Optional<Section> section(int type) {
    int sections = elf.getShort(60) & 0xffff;
    for (int i = 0; i < sections; i++) {
      var section = at(i);
      if (section.type() == type) {
        return Optional.of(section);
      }
    }
    return Optional.empty();
  }

  private Section at(int index) {
    int at = (int) elf.getLong(40) + index * elf.getShort(58);
    return new Section(
        elf.getInt(at + 4), elf.getLong(at + 24), elf.getLong(at + 32), elf.getInt(at + 40));
  }

  /// A name in the table of strings that belongs to a section.
  private String name(Section section, int offset) {
    var text = new StringBuilder();
    for (int at = (int) at(section.link()).offset() + offset; elf.get(at) != 0; at++) {
      text.append((char) elf.get(at));
    }
    return text.toString();
  }
}
