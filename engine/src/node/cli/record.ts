import { publicAddress } from '../../sources/address.js';
import { fileRecorders } from '../recordings/recorders.js';
import { WebSocketConnection } from '../sources/webSocketConnection.js';
import { webSocketOptions } from '../sources/webSocketOptions.js';
import {
  parseBytes,
  parsedArgs,
  parseDecode,
  parseJson,
  parseSpan,
  shownBytes,
  type Command,
} from './command.js';

/** How often it is looked whether the recording is large enough. */
const LOOK_MS = 200;

/** `millrace record`: what a WebSocket delivers, into a file. */
export const recordCommand: Command = {
  name: 'record',
  summary: 'Records what a WebSocket delivers.',
  usage: `millrace record URL OUT [--subscribe JSON]… [--decode HOW] [--for 10s] [--max 1GB] [--replace]

  Everything that arrives, byte for byte, with receive times, until Ctrl-C. A connection that is lost
  is made again. The file can be read while it grows.

  --subscribe JSON  a message to send after each connection; may be given several times
  --decode HOW      how a replay reads the messages: a name, or JSON of it and what it takes
  --for TIME        end after so long: 10s, 5min, 1h
  --max SIZE        end when the file is so large: 500MB, 1GB
  --replace         delete a file of that name first`,
  async run(args, { world, print, note, signal }) {
    const { values, names } = parsedArgs(
      args,
      {
        subscribe: { type: 'string', multiple: true, default: [] },
        decode: { type: 'string' },
        for: { type: 'string' },
        max: { type: 'string' },
        replace: { type: 'boolean', default: false },
      },
      ['URL', 'OUT'],
    );
    const [url, out] = names;
    const subscribe = values.subscribe.map(text => parseJson('subscribe', text));
    const endMs = values.for === undefined ? null : parseSpan(values.for);
    const most = values.max === undefined ? Infinity : parseBytes(values.max);
    const options = webSocketOptions({ url, subscribe, end: 'close' });
    const header = {
      name: new URL(url).hostname,
      address: publicAddress(url),
      options: parseDecode(values.decode),
      fields: null,
      time: null,
      createdUs: Math.round(world.now() * 1000),
    };
    const stop = new AbortController();
    const recorder = await fileRecorders.begin(
      out,
      header,
      values.replace ? 'replace' : 'refuse',
      world,
      () => stop.abort(),
    );
    const connection = new WebSocketConnection(
      options,
      {
        take: arrival => recorder.add(arrival),
        drained: () => undefined,
        refuse: reason => note(`not recorded: ${reason}`),
        ended: () => stop.abort(),
      },
      world,
    );
    signal.addEventListener('abort', () => stop.abort());
    if (endMs !== null) world.after(endMs, () => stop.abort());
    const look = (): void => {
      if (recorder.stats.bytes >= most) stop.abort();
      else if (!stop.signal.aborted) world.after(LOOK_MS, look);
    };
    if (most < Infinity) look();
    connection.start();
    note(`recording ${publicAddress(url)}, until Ctrl-C`);
    await new Promise<void>(resolve => {
      if (stop.signal.aborted) resolve();
      stop.signal.addEventListener('abort', () => resolve());
    });
    connection.close();
    const { messages, bytes, hash, lost } = await recorder.finish();
    if (messages === 0 && connection.trouble !== null) note(`nothing came: ${connection.trouble}`);
    const missing = lost === 0 ? '' : `, ${lost} lost`;
    print(`${out}: ${messages} messages${missing}, ${shownBytes(bytes)}, hash ${hash}`);
  },
};
