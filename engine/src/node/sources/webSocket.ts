import { openArrivals } from '../../sources/arrivalSource.js';
import { arrivalFormat } from '../../sources/arrivalFormats.js';
import { joinConnection } from '../../sources/sharedConnections.js';
import type { SourceConnector } from '../../sources/source.js';
import { WebSocketConnection } from './webSocketConnection.js';
import { webSocketOptions } from './webSocketOptions.js';

/**
 * Rows of the messages of a WebSocket. Options: `url`; `subscribe` (messages to send once connected); `compression` of binary messages;
 * `maxMessageBytes` (16 MB); `heartbeat`; `end: 'close'` (a clean close by the server is the end); and those of `openArrivals`.
 * Rows and the events of their connection share it.
 */
export const webSocketConnector: SourceConnector = {
  name: 'webSocket',
  async open(request, world) {
    const options = webSocketOptions(request.options);
    const { atOnce = false, fromStart = false } = arrivalFormat(request.options);
    const joining = { key: `webSocket ${JSON.stringify(options)}`, looksOn: atOnce, fromStart };
    return await openArrivals(request, world, {
      label: options.url,
      ends: options.endOnClose,
      connect: taker =>
        joinConnection(world, joining, taker, shared => new WebSocketConnection(options, shared, world)),
    });
  },
};
