package toco.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/// Writes Python pickles, opcode by opcode.
///
/// ```java
/// var pickle = new PickleWriter().protocol(2).text("a").integer(3).tuple(2).finish();
/// ```
public final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// The header.
  public PickleWriter protocol(int version) {
    return op(PickleOpcode.PROTO, version);
  }

  /// Marks where the items of a container begin.
  public PickleWriter mark() {
    return op(PickleOpcode.MARK);
  }

  /// None.
  public PickleWriter none() {
    return op(PickleOpcode.NONE);
  }

  /// True or False.
  public PickleWriter bool(boolean value) {
    return op(value ? PickleOpcode.NEWTRUE : PickleOpcode.NEWFALSE);
  }

  /// An int of four bytes.
  public PickleWriter int32(int value) {
    return op(PickleOpcode.BININT).littleEndian(value, Integer.BYTES);
  }

  /// An int ≥ 0 in the shortest form.
  public PickleWriter integer(long value) {
    if (value <= 0xFF) {
      return op(PickleOpcode.BININT1, (int) value);
    }
    if (value <= 0xFFFF) {
      return op(PickleOpcode.BININT2).littleEndian(value, Short.BYTES);
    }
    if (value <= Integer.MAX_VALUE) {
      return int32((int) value);
    }
    int byteSize = BigInteger.valueOf(value).toByteArray().length;
    return op(PickleOpcode.LONG1, byteSize).littleEndian(value, byteSize);
  }

  /// A str.
  public PickleWriter text(String value) {
    var utf8 = value.getBytes(UTF_8);
    return op(PickleOpcode.BINUNICODE).littleEndian(utf8.length, Integer.BYTES).raw(utf8);
  }

  /// A bytes object.
  public PickleWriter bytes(byte[] value) {
    return op(PickleOpcode.BINBYTES).littleEndian(value.length, Integer.BYTES).raw(value);
  }

  /// A bytes object of less than 256 bytes.
  public PickleWriter shortBytes(byte[] value) {
    return op(PickleOpcode.SHORT_BINBYTES, value.length).raw(value);
  }

  /// A tuple of the last 0 to 3 objects.
  public PickleWriter tuple(int size) {
    return op(size == 0 ? PickleOpcode.EMPTY_TUPLE : PickleOpcode.TUPLE1 + size - 1);
  }

  /// A tuple of all objects since the mark.
  public PickleWriter tupleFromMark() {
    return op(PickleOpcode.TUPLE);
  }

  /// An empty list.
  public PickleWriter emptyList() {
    return op(PickleOpcode.EMPTY_LIST);
  }

  /// Appends the last object to the list before it.
  public PickleWriter append() {
    return op(PickleOpcode.APPEND);
  }

  /// An empty dict.
  public PickleWriter emptyDict() {
    return op(PickleOpcode.EMPTY_DICT);
  }

  /// Puts the last key and value into the dict before them.
  public PickleWriter setItem() {
    return op(PickleOpcode.SETITEM);
  }

  /// Puts all keys and values since the mark into the dict before it.
  public PickleWriter setItems() {
    return op(PickleOpcode.SETITEMS);
  }

  /// A class or function.
  public PickleWriter global(String module, String name) {
    return op(PickleOpcode.GLOBAL).raw((module + "\n" + name + "\n").getBytes(US_ASCII));
  }

  /// Calls a class or function with a tuple of arguments.
  public PickleWriter reduce() {
    return op(PickleOpcode.REDUCE);
  }

  /// Sets the state of the object before the last one.
  public PickleWriter build() {
    return op(PickleOpcode.BUILD);
  }

  /// The object outside the pickle that the last object is the id of.
  public PickleWriter persistentId() {
    return op(PickleOpcode.BINPERSID);
  }

  /// Remembers the last object under an index.
  public PickleWriter put(int index) {
    return indexed(PickleOpcode.BINPUT, PickleOpcode.LONG_BINPUT, index);
  }

  /// The object remembered under an index.
  public PickleWriter get(int index) {
    return indexed(PickleOpcode.BINGET, PickleOpcode.LONG_BINGET, index);
  }

  /// Ends the pickle.
  ///
  /// @return all of its bytes
  public byte[] finish() {
    return op(PickleOpcode.STOP).out.toByteArray();
  }

  private PickleWriter indexed(int narrow, int wide, int index) {
    return index <= 0xFF ? op(narrow, index) : op(wide).littleEndian(index, Integer.BYTES);
  }

  private PickleWriter op(int opcode) {
    out.write(opcode);
    return this;
  }

  private PickleWriter op(int opcode, int argument) {
    out.write(opcode);
    out.write(argument);
    return this;
  }

  private PickleWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  private PickleWriter littleEndian(long value, int byteSize) {
    for (int i = 0; i < byteSize; i++) {
      out.write((int) (value >> (8 * i)));
    }
    return this;
  }
}
