import type { ArrivalFormat } from './arrival.js';
import { connectionEvents } from './connectionEvents.js';
import { SourceError } from './error.js';
import { EXCHANGE_FORMATS } from './exchanges/formats.js';
import { jsonArrivals } from './jsonArrivals.js';
import { textOption, type Options } from './options.js';

/** Every way in which what arrives over a connection is read. */
const FORMATS: readonly ArrivalFormat[] = [jsonArrivals, connectionEvents, ...EXCHANGE_FORMATS];

/** The format that a source's option `decode` names; not given: JSON. */
export function arrivalFormat(options: Options): ArrivalFormat {
  const name = textOption(options, 'decode', jsonArrivals.name);
  const format = FORMATS.find(each => each.name === name);
  if (format !== undefined) return format;
  throw new SourceError(
    'MR3504',
    `there is no way '${name}' to decode messages.`,
    `These exist: ${FORMATS.map(each => `'${each.name}'`).join(', ')}.`,
  );
}
