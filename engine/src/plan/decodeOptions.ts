/** Options that say how a source is reached, and not how what it sends is read. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'url',
  'path',
  'subscribe',
  'headers',
  'whenFull',
  'maxBufferBytes',
  'end',
  'every',
  'method',
  'body',
  'brokers',
  'groupId',
  'ssl',
  'sasl',
]);
/** Whatever is called so is not written into a file that people pass on. */
const SECRET = /secret|token|passw|passphrase|api_?key|credential|signature|auth/i;

/** Those of a source's options that say how its messages are read: `decode` and what that takes. */
export function decodeOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => !OF_CONNECTIONS.has(name) && !SECRET.test(name)),
  );
}
