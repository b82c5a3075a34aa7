import { JsonObserver } from './ndjsonText.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Looks at the objects of JSON messages, each an object or a list of them. */
export function observeMessages(messages: readonly Uint8Array[]): JsonObserver {
  const observer = new JsonObserver();
  for (const message of messages) {
    for (const text of objectTexts(decoder.decode(message))) {
      const bytes = encoder.encode(`${text}\n`);
      observer.see(bytes, 0, bytes.length - 1);
    }
  }
  return observer;
}

/** The objects of a message, each on one line. Numbers that JavaScript would round stay as they are only in single objects. */
function objectTexts(message: string): string[] {
  const oneLine = message.replaceAll('\n', ' ').trim();
  if (!oneLine.startsWith('[')) return [oneLine];
  try {
    return (JSON.parse(oneLine) as unknown[]).map(item => JSON.stringify(item));
  } catch {
    return [];
  }
}
