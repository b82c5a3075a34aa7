import { fileInput } from '../fileInput.js';
import { RecordingServer } from '../recordings/recordingServer.js';
import { parsedArgs, UsageError, type Command } from './command.js';

/** `millrace serve`: a recording as the exchange that it is of. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Plays a recording to WebSocket clients, as the exchange did.',
  usage: `millrace serve RECORDING [--port N] [--speed 1|60|max] [--loop] [--from TIME] [--host ADDRESS]

  The recorded messages, byte for byte and in their order, to whoever is connected. It begins with
  the first client, stands still while there is none, and disconnects where the recording did.

  --port N        where to listen (any free port)
  --speed N       how much faster than it was recorded: a number, or max (1)
  --loop          begin again at the end; without it the command ends there
  --from TIME     begin at this receive time: 2024-08-08T23:55:00Z
  --host ADDRESS  127.0.0.1 unless said otherwise: other machines cannot connect to that`,
  async run(args, { world, print, note, signal }) {
    const { values, names } = parsedArgs(
      args,
      {
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        speed: { type: 'string', default: '1' },
        from: { type: 'string' },
        loop: { type: 'boolean', default: false },
      },
      ['RECORDING'],
    );
    const options = {
      host: values.host,
      port: portOf(values.port),
      speed: speedOf(values.speed),
      fromUs: values.from === undefined ? null : timeOf(values.from),
      loop: values.loop,
    };
    const input = await fileInput(world.directory, names[0]);
    try {
      const server = await RecordingServer.start(input, options, world);
      print(`listening on ${server.url}`);
      const stopped = new Promise(resolve => signal.addEventListener('abort', resolve));
      await Promise.race([server.ended, stopped]);
      note(`${server.messages} messages sent`);
      await server.close();
    } finally {
      await input.close();
    }
  },
};

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new UsageError(`'${text}' is no port.`, 'Write a number from 0 to 65535.');
}

function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(text);
  if (speed > 0 && speed < Infinity) return speed;
  throw new UsageError(`'${text}' is no speed.`, "Write a number above 0, or 'max'.");
}

function timeOf(text: string): number {
  const ms = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw new UsageError(`'${text}' is no time.`, "Write '2024-08-08T23:55:00Z'.");
  return ms * 1000;
}
