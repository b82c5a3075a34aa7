import { countRows, JsonMessageDecoder } from '../codecs/jsonMessage.js';
import type { ArrivalFormat } from './arrival.js';

/** Messages of JSON, each an object or a list of objects, one row an object. That a connection opens or closes gives no row. */
export const jsonArrivals: ArrivalFormat = {
  name: 'json',
  fields: () => null,
  count: countRows,
  decoder: (schema, _options, reject) => {
    const decoder = new JsonMessageDecoder(schema, reject);
    return {
      get isOpen() {
        return decoder.isOpen;
      },
      get messages() {
        return decoder.messages;
      },
      set messages(count: number) {
        decoder.messages = count;
      },
      begin: arrival => {
        if (arrival.kind === 'message') decoder.begin(arrival.bytes);
      },
      read: out => decoder.read(out),
    };
  },
};
