// Reads a topic as a member of a group, until it is killed: `consumeUntilKilled.mjs BROKER TOPIC GROUP`. It says which rows it has before it asks for more.
import { writeSync } from 'node:fs';
import { kafkaConnector } from '../../engine/dist/node/kafka/kafka.js';
import { realWorld } from '../../engine/dist/node/world.js';

const [broker, topic, group] = process.argv.slice(2);
const fields = [{ name: 'id', type: { kind: 'int64' }, nullable: false }];
const source = await kafkaConnector.open(
  { name: 'killed', options: { brokers: [broker], topic, group, from: 'earliest' }, fields, time: null },
  realWorld('.'),
);
const reader = source.read();
writeSync(1, 'begun\n');
for (let batch = await reader.next(200); batch !== null; batch = await reader.next(200)) {
  writeSync(1, `${Array.from(batch.columns[0].data.subarray(0, batch.length), String).join(' ')}\n`);
  await new Promise(resolve => setTimeout(resolve, 2));
}
