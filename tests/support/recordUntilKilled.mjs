// Records messages into a file as fast as it is told to, until it is killed. It says how many it knows to be on the disk: a recording that is killed has
// at least those. Arguments: the file, bytes of a chunk, a seed. It is given the recorder's compiled modules, so that it starts at once.
import { pathToFileURL } from 'node:url';
import { madeUp } from './madeUpMessages.mjs';

const [modules, file, chunkBytes, seed] = process.argv.slice(2);
const { recordingFile } = await import(pathToFileURL(`${modules}/recordings/recordingOutput.js`).href);
const { RecordingWriter } = await import(pathToFileURL(`${modules}/recordings/recordingWriter.js`).href);
const { realWorld } = await import(pathToFileURL(`${modules}/world.js`).href);

const header = { name: 'killed', address: null, options: {}, fields: null, time: null, createdUs: 0 };
const world = realWorld('.');
const output = await recordingFile('.', file, 'refuse');
const writer = await RecordingWriter.begin(output, header, world, {
  chunkBytes: Number(chunkBytes),
  chunkMs: 5,
  failed: error => {
    process.stdout.write(`failed ${error.message}\nover ${writer.stats.messages}\n`);
    setTimeout(() => undefined, 60_000);
  },
});
const messages = madeUp(Number(seed));
process.stdout.write('begun\n');
let known = 0;
for (let i = 0; ; i++) {
  writer.add('text', i, Buffer.from(messages.next().value));
  if (writer.stats.messages > known) {
    known = writer.stats.messages;
    process.stdout.write(`kept ${known}\n`);
  }
  if (i % 50 === 0) await new Promise(resolve => setImmediate(resolve));
  if (writer.error !== null) await new Promise(resolve => setTimeout(resolve, 60_000));
}
