// Reads safetensors: arrays of numbers as typed views on the answer's bytes, without a copy.

const TYPES = { F32: Float32Array, U8: Uint8Array };

/**
 * @param buffer the whole file
 * @returns `{info, tensors}`; info is the object under `__metadata__.info`, tensors are by name
 *   `{shape, values}`, row by row
 */
export function parse(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const start = 8 + length;
  if (start > buffer.byteLength) {
    throw new Error(`a header of ${length} bytes in ${buffer.byteLength} bytes`);
  }
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name !== '__metadata__') {
      tensors[name] = { shape: entry.shape, values: view(buffer, start, name, entry) };
    }
  }
  return { info: JSON.parse(header.__metadata__?.info ?? '{}'), tensors };
}

function view(buffer, start, name, { dtype, shape, data_offsets: [begin, end] }) {
  const Type = TYPES[dtype];
  const count = shape.reduce((product, size) => product * size, 1);
  if (!Type || (end - begin) / Type.BYTES_PER_ELEMENT !== count) {
    throw new Error(`tensor ${name}: ${dtype} [${shape}] does not fit its ${end - begin} bytes`);
  }
  return new Type(buffer, start + begin, count);
}
