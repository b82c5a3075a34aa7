import { jsonObjects } from '../codecs/jsonMessage.js';
import { JsonObserver } from './ndjsonText.js';

/** Looks at the objects of JSON messages, each an object or a list of them: at no more than so many. */
export function observeMessages(messages: Iterable<Uint8Array>, mostRows = Infinity): JsonObserver {
  const observer = new JsonObserver();
  for (const message of messages) {
    jsonObjects(message, (bytes, from, to) => {
      observer.see(bytes, from, to);
      return observer.rows < mostRows;
    });
    if (observer.rows >= mostRows) break;
  }
  return observer;
}
