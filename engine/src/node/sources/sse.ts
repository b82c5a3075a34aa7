import { openArrivals } from '../../sources/arrivalSource.js';
import { choiceOption, numberOption, textsOption } from '../../sources/options.js';
import type { SourceConnector } from '../../sources/source.js';
import { httpOptions, joinedBy, shownUrl } from './httpOptions.js';
import { SseConnection } from './sseConnection.js';

/**
 * Rows of the data of server-sent events. Options: `url`, `events` (the names that count; all), `headers`, `timeoutUs` (until the stream begins; 30 s),
 * `silenceUs` (a stream that says nothing for so long is lost; not given: never), `end: 'close'`, those of the format `document`, and of `openArrivals`.
 */
export const sseConnector: SourceConnector = {
  name: 'sse',
  async open(request, world) {
    const { options } = request;
    const http = await httpOptions(options, world.directory);
    const events = textsOption(options, 'events', []);
    const ends = choiceOption(options, 'end', ['close', 'never'], 'never') === 'close';
    const silenceMs =
      options.silenceUs === undefined ? null : numberOption(options, 'silenceUs', 60e6, 1) / 1000;
    const settings = {
      ...http,
      events: events.length === 0 ? null : events,
      endOnClose: ends,
      silenceMs,
    };
    return openArrivals(request, world, {
      label: shownUrl(http.url),
      ends: true,
      connect: joinedBy(world, options, settings, (each, taker) => new SseConnection(each, taker, world)),
    });
  },
};
