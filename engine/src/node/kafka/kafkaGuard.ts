import type { ConnectionOptions } from '@platformatic/kafka';
import type { World } from '../../sources/source.js';
import type { FetchTaker } from './fetchAnswer.js';

/** What the connections of a client have to know. */
export interface KafkaGuard {
  readonly world: World;
  readonly connection: ConnectionOptions;
  /** Who is given the records of answers; null: the client reads them itself. */
  readonly fetched: FetchTaker | null;
  /** A connection was ended from here: what the client had asked over it may never be answered. */
  broken(reason: Error): void;
}
