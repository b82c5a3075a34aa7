import type { Arrival, ArrivalRequest } from './arrival.js';

/** What takes in what a connection delivers, in the order in which it came. */
export interface ArrivalTaker {
  /** The bytes are the taker's to keep. */
  take(arrival: Arrival): void;
  /** Nothing more is at hand for the moment: what has been taken may be read now. */
  drained(): void;
  /** Something came that cannot be passed on: a message beyond a limit, an answer that never came. */
  refuse(reason: string, text: string): void;
  /** Nothing will come any more. */
  ended(): void;
}

/** A connection as the source that reads it sees it. */
export interface Connection {
  /** Why it is not there, or was lost the last time. */
  readonly trouble: string | null;
  /** Connects, if that has not been done; it connects again by itself until it is closed. */
  start(): void;
  /** The taker has enough: the sender is to be held back until `release`. */
  hold(): void;
  release(): void;
  /** Sends a message, or gets an address whose body arrives as a message. */
  ask(request: ArrivalRequest): void;
  close(): void;
}

/** Makes the connection of a taker. Nothing is delivered before it is started. */
export type Connect = (taker: ArrivalTaker) => Connection;
