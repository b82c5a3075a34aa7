import { openArrivals } from '../../sources/arrivalSource.js';
import { SourceError } from '../../sources/error.js';
import { choiceOption, textOption, type Options } from '../../sources/options.js';
import type { SourceConnector } from '../../sources/source.js';
import { WebSocketConnection, type WebSocketOptions } from './webSocketConnection.js';

/**
 * Rows of the messages of a WebSocket. Options: `url`; `subscribe` (messages to send once connected); `end: 'close'` (a clean close by the server
 * is the end); and those of `openArrivals`.
 */
export const webSocketConnector: SourceConnector = {
  name: 'webSocket',
  async open(request, world) {
    const options = connectionOptions(request.options);
    return openArrivals(request, world, {
      label: options.url,
      ends: options.endOnClose,
      connect: taker => new WebSocketConnection(options, taker, world),
    });
  },
};

function connectionOptions(options: Options): WebSocketOptions {
  const url = textOption(options, 'url', '');
  if (!/^wss?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new SourceError(
      'MR3501',
      `'${url}' is no address of a WebSocket.`,
      "Write 'ws://localhost:8080' or 'wss://…'.",
    );
  }
  const { subscribe = [] } = options;
  return {
    url,
    subscribe: Array.isArray(subscribe) ? subscribe : [subscribe],
    endOnClose: choiceOption(options, 'end', ['close', 'never'], 'never') === 'close',
  };
}
