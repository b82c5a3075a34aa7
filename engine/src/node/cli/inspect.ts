import { fileInput } from '../fileInput.js';
import { surveyRecording } from '../recordings/survey.js';
import { parsedArgs, shownBytes, type Command } from './command.js';

/** `millrace inspect`: what a recording holds, and whether all of it is sound. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Tells what a recording holds, and checks all of it.',
  usage: 'millrace inspect RECORDING',
  async run(args, { world, print }) {
    const { names } = parsedArgs(args, {}, ['RECORDING']);
    const input = await fileInput(world.directory, names[0]);
    try {
      const { header, messages, connections, lost, firstUs, latestUs, chunks, ...rest } =
        await surveyRecording(input);
      print(`of        ${header.name}${header.address === null ? '' : `, ${header.address}`}`);
      print(`read as   ${JSON.stringify(header.options)}`);
      const span = firstUs === null ? 'nothing' : `${isoTime(firstUs)} to ${isoTime(latestUs ?? firstUs)}`;
      print(`received  ${span}`);
      print(
        `holds     ${messages} messages of ${connections} connections in ${chunks} chunks, ${shownBytes(input.size)}`,
      );
      if (lost > 0) print(`lost      ${lost} messages, when it was recorded`);
      if (rest.isUnfinished)
        print('end       it ends within a chunk, which is not read: is it being written?');
      for (const { offset, reason } of rest.damages) print(`damaged   at byte ${offset}: ${reason}`);
      print(`hash      ${rest.hash ?? 'none: a part is damaged'}`);
    } finally {
      await input.close();
    }
  },
};

function isoTime(us: number): string {
  return new Date(us / 1000).toISOString();
}
