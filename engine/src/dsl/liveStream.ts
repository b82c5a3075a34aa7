import type { Temporal } from 'temporal-polyfill';
import { sourceNode } from '../plan/build.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { Flat } from './kinds.js';
import { made } from './origin.js';
import { Stream } from './stream.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';
import type { RowSchema } from './types.js';

/** Rows with the column of receive times, where one was asked for. */
export type WithReceived<Row, Received extends string> = [Received] extends [never]
  ? Row
  : Flat<Row & Record<Received, Temporal.Instant>>;

/** Options of every live feed. */
export interface LiveOptions<Row, Received extends string = never> extends TimeOptions<
  WithReceived<Row, Received>
> {
  /** What messages and the clock call it; not given: the last part of the address. */
  readonly name?: string;
  /** The columns and their types; not given: inferred from the first messages. */
  readonly schema?: RowSchema<Row>;
  /** What to do when rows come faster than they are taken: hold the sender back (`'block'`, where nothing is said), or drop and count (`stats()`). */
  readonly whenFull?: 'block' | 'drop';
  /** How many bytes may wait to be read (16 MB). */
  readonly maxBufferBytes?: number;
  /** The name of one more column: when the message was received, by the wall clock of this machine, in microseconds. */
  readonly receivedAt?: Received;
  /** Where messages are numbered, for `events()`. */
  readonly gaps?: GapOptions<NoInfer<Row>>;
}

/** How messages are numbered. */
export interface GapOptions<Row> {
  /** The key of the messages' numbers: whole numbers that go up by one. */
  readonly sequence: keyof Row & string;
  /** The keys of what is numbered on its own; not given: all messages are one sequence. */
  readonly by?: readonly (keyof Row & string)[];
  /** Where numbers begin anew after `last`: the first one (0), and the last one. Roll-overs at powers of two are recognised without. */
  readonly first?: number;
  readonly last?: number;
}

/** A row of `events()`. */
export interface ConnectionEvent {
  /** When, by this machine's wall clock; the event time. */
  readonly at: Temporal.Instant;
  /**
   * `connected` and `disconnected`; and of numbered messages `gap` (some did not come), `late` (one of those came after all) and `reset` (the
   * numbers began anew).
   */
  readonly event: 'connected' | 'disconnected' | 'gap' | 'late' | 'reset';
  /** Of which sequence: the values of `gaps.by`, with ` / ` between them. */
  readonly key: string | null;
  /** The number that was next, and the one that came. */
  readonly expected: number | null;
  readonly got: number | null;
  /** Of a gap: how many did not come. */
  readonly missing: number | null;
  /** Where it is connected to; why it was lost. */
  readonly reason: string | null;
}

/** A stream of what comes over a connection. */
export class LiveStream<Row> extends Stream<Row> {
  /**
   * What happens to the connection, as a stream over the same one: that it was made or lost, and, where option `gaps` says how messages are numbered,
   * that some are missing. Each message is looked at as it comes, before any is dropped.
   *
   * @example
   * const trades = webSocket('wss://…', { schema: Trade, time: 'ts', gaps: { sequence: 'seq', by: ['symbol'] } });
   * trades.events().where(t => t.event.eq('gap')).groupBy('key').aggregate(t => ({ missing: sum(t.missing) }))
   * @throws MillraceError `MR3508` (when it is read) for `gaps` that say no numbers
   */
  events(): Stream<ConnectionEvent> {
    const { name, connector, options } = this.plan as SourceNode;
    return new Stream<ConnectionEvent>(
      made(
        sourceNode({
          name: `${name} events`,
          connector,
          options: { ...options, decode: 'events' },
          fields: null,
          time: { column: 'at', boundUs: 0, idleTimeoutUs: null, sequence: null },
          clocked: false,
        }),
      ),
    );
  }
}

/** Makes the stream of a live feed: `own` are the connector's options beside those of every feed. What is undefined is not in the plan. */
export function liveStream<Row, Received extends string>(
  connector: string,
  defaultName: string,
  own: Readonly<Record<string, unknown>>,
  options: LiveOptions<Row, Received>,
): LiveStream<WithReceived<Row, Received>> {
  const { name, schema, whenFull, maxBufferBytes, receivedAt, gaps } = options;
  const all = { ...own, whenFull, maxBufferBytes, receivedAt, gaps };
  return new LiveStream(
    made(
      sourceNode({
        name: name ?? defaultName,
        connector,
        options: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
        fields: schema?.fields ?? null,
        time: timeSpec(options),
        clocked: false,
      }),
    ),
  );
}
