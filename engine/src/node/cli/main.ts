/** The command `millrace`. */
import { realWorld } from '../world.js';
import { runCommand } from './run.js';

const stop = new AbortController();
// The first Ctrl-C ends what runs cleanly; the second one ends it at once.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

process.exitCode = await runCommand(process.argv.slice(2), {
  world: realWorld(process.cwd()),
  print: line => process.stdout.write(`${line}\n`),
  note: line => process.stderr.write(`${line}\n`),
  signal: stop.signal,
});
// Timers and connections of what has ended keep no command alive.
process.exit();
