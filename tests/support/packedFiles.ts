import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive of these files, deflated unless told otherwise. */
export function zipOf(
  files: readonly (readonly [name: string, content: Uint8Array])[],
  method: 0 | 8 = 8,
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const packed = method === 8 ? deflateRawSync(content) : content;
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, title, packed]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, entry, title]));
    parts.push(local);
    at += local.length;
  }
  const all = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(all.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, all, end]);
}

/** A zstd frame: a window by its descriptor (0x58: 2 MB), then blocks, each of bytes as they are, or of one byte so many times. */
export function zstdFrame(
  blocks: readonly (Uint8Array | readonly [byte: number, times: number])[],
  window = 0x58,
): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, window)];
  blocks.forEach((block, i) => {
    const isLast = i === blocks.length - 1 ? 1 : 0;
    const [size, form, bytes] =
      block instanceof Uint8Array
        ? ([block.length, 0, block] as const)
        : ([block[1], 1, Uint8Array.of(block[0])] as const);
    const head = (size << 3) | (form << 1) | isLast;
    parts.push(Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16), bytes);
  });
  return Buffer.concat(parts);
}

/** Bytes as a zstd file that holds them as they are. */
export function storedZstd(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 100_000)
    blocks.push(bytes.subarray(at, at + 100_000));
  return zstdFrame(blocks);
}
