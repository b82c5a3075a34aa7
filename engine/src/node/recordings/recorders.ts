import type { Arrival } from '../../sources/arrival.js';
import { publicAddress } from '../../sources/address.js';
import type { Recorder, Recorders, RecordingStats } from '../../sources/recorder.js';
import { recordingFile } from './recordingOutput.js';
import { RecordingWriter } from './recordingWriter.js';

/** Recordings in files. */
export const fileRecorders: Recorders = {
  async begin(path, header, exists, world, failed) {
    const output = await recordingFile(world.directory, path, exists);
    const writer = await RecordingWriter.begin(output, header, world, { failed });
    return new FileRecorder(writer);
  },
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes arrivals as they come; the addresses of connections without their secrets. */
class FileRecorder implements Recorder {
  constructor(private readonly writer: RecordingWriter) {}

  get stats(): RecordingStats {
    return this.writer.stats;
  }

  get error(): Error | null {
    return this.writer.error;
  }

  add({ kind, atUs, bytes, isBinary }: Arrival): void {
    if (kind === 'message') this.writer.add(isBinary === true ? 'binary' : 'text', atUs, bytes);
    else if (kind === 'opened')
      this.writer.add(kind, atUs, encoder.encode(publicAddress(decoder.decode(bytes))));
    else this.writer.add(kind, atUs, bytes);
  }

  finish(): Promise<RecordingStats> {
    return this.writer.finish();
  }
}
