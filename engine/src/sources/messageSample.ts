import { jsonObjects } from '../codecs/jsonMessage.js';
import { JsonObserver } from './ndjsonText.js';

/** Of one message no more are looked at. */
const MOST_LOOKED = 10_000;

/** Looks at the objects of JSON messages, each an object or a list of them: at no more than so many. */
export function observeMessages(messages: Iterable<Uint8Array>, mostRows = Infinity): JsonObserver {
  const observer = new JsonObserver();
  for (const message of messages) {
    let looked = 0;
    jsonObjects(message, (bytes, from, to) => {
      observer.see(bytes, from, to);
      return observer.rows < mostRows && ++looked < MOST_LOOKED;
    });
    if (observer.rows >= mostRows) break;
  }
  return observer;
}
