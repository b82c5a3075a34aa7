import { basename } from 'node:path';
import { fileInput } from '../fileInput.js';
import { importRecording } from '../recordings/importRecording.js';
import { recordingFile } from '../recordings/recordingOutput.js';
import { parsedArgs, parseDecode, shownBytes, type Command } from './command.js';

/** `millrace import`: what another program has recorded, as a recording. */
export const importCommand: Command = {
  name: 'import',
  summary: 'Makes a recording of what other programs have recorded.',
  usage: `millrace import FILE OUT [--decode HOW] [--replace]

  FILE has a message a line, with its receive time: '<nanoseconds> <message>', or as cryptofeed
  writes, '<seconds>: <message>'; plain, .gz or .zst.

  --decode HOW  how a replay reads the messages: a name, or JSON of it and what it takes
  --replace     delete a file of that name first`,
  async run(args, { world, print, note }) {
    const { values, names } = parsedArgs(
      args,
      { decode: { type: 'string' }, replace: { type: 'boolean', default: false } },
      ['FILE', 'OUT'],
    );
    const [file, out] = names;
    const decode = parseDecode(values.decode);
    const input = await fileInput(world.directory, file);
    try {
      const exists = values.replace ? 'replace' : 'refuse';
      const output = () => recordingFile(world.directory, out, exists);
      const name = basename(file).replace(/\..*$/, '');
      const { messages, bytes, hash, sent, skipped } = await importRecording(
        input,
        output,
        { name, decode },
        world,
      );
      if (sent > 0) note(`${sent} messages that were sent are not in it: recordings keep what arrived`);
      if (skipped > 0) note(`${skipped} lines are none of the format and are not in it`);
      print(`${out}: ${messages} messages, ${shownBytes(bytes)}, hash ${hash}`);
    } finally {
      await input.close();
    }
  },
};
