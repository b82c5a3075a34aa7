import { openArrivals } from '../../sources/arrivalSource.js';
import { numberOption } from '../../sources/options.js';
import type { SourceConnector } from '../../sources/source.js';
import { httpOptions, joinedBy, shownUrl } from './httpOptions.js';
import { PollConnection } from './pollConnection.js';

/**
 * Rows of the body of an HTTP address that is asked again and again. Options: `url`, `everyUs`, `headers`, `timeoutUs` (30 s), those of the format `document`,
 * and of `openArrivals`.
 */
export const pollConnector: SourceConnector = {
  name: 'poll',
  async open(request, world) {
    const options = await httpOptions(request.options, world.directory);
    const everyMs = Math.max(10, numberOption(request.options, 'everyUs', 60e6, 1) / 1000);
    return openArrivals(request, world, {
      label: shownUrl(options.url),
      ends: false,
      connect: joinedBy(
        world,
        request.options,
        { ...options, everyMs },
        (settings, taker) => new PollConnection(settings, taker, world),
      ),
    });
  },
};
