import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';

/** A feed on this machine that somebody else gives rows to: `webSocket(url)` reads them. */
export interface LiveServer {
  readonly url: string;
  /** Sends rows, once somebody listens. The batch is lent. */
  send(batch: Batch): Promise<void>;
  /** Ends the feed: who listens learns that it is over. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** Opens such a feed, of rows as JSON; only hosts that can listen have it. */
export type OpenLiveServer = (schema: Schema) => Promise<LiveServer>;
