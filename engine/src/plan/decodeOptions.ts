/**
 * The options that say how what a source sends is read, by any of the ways to decode it. A recording is a file that people pass on: what is not
 * named here (addresses, what is sent at first, headers, passwords, whatever a connector takes some day) is not in it.
 */
const OF_DECODERS: ReadonlySet<string> = new Set([
  'decode',
  'receivedAt',
  // Of JSON documents.
  'rows',
  'fields',
  'key',
  'updated',
  // Of events of the connection.
  'gaps',
  // Of Kafka's records.
  'value',
  'avro',
  'schemas',
  'metadata',
  'idleUs',
  // Of exchanges.
  'symbols',
  'exact',
  'depth',
  'bookChannel',
]);

/** Those of a source's options that say how its messages are read: `decode` and what that takes. */
export function decodeOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = Object.entries(options).filter(([name]) => OF_DECODERS.has(name));
  // That there is a registry says how values are framed; where it is says who reads it.
  const isFramed = options.registry !== undefined && options.registry !== null;
  return Object.fromEntries(isFramed ? [...kept, ['registry', true]] : kept);
}
