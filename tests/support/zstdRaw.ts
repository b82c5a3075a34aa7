/** A frame of zstd of so many zero bytes: each of its blocks repeats one byte 128 KB long. */
export function zstdRawFrame(bytes: number): Buffer {
  const blocks = Math.ceil(bytes / (128 << 10));
  const frame = Buffer.alloc(6 + 4 * blocks);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame[4] = 0;
  // A window of 8 MB.
  frame[5] = 13 << 3;
  for (let i = 0; i < blocks; i++) {
    const header = ((128 << 10) << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0);
    frame.writeUIntLE(header, 6 + 4 * i, 3);
  }
  return frame;
}
