// Writes the rows of a file to Postgres or Kafka, until it is killed: `writeUntilKilled.mjs FILE TARGET`, the target as JSON. A later run goes on behind what is there.
import { kafkaTopic, postgres, read } from '../../engine/dist/node/index.js';

const [path, target] = process.argv.slice(2);
const { kind, ...options } = JSON.parse(target);
process.stdout.write('begun\n');
const rows = await read(path);
const { rows: written } = await rows.writeTo(kind === 'kafka' ? kafkaTopic(options) : postgres(options));
process.stdout.write(`written ${written}\n`);
process.exit(0);
