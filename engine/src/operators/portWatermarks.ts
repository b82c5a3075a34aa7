import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { StateReader, StateWriter } from './snapshot.js';

/**
 * The watermarks of an operator's ports, and the one that holds for their rows together: the lowest of those that are neither
 * silent nor at their end. It never falls: a port that is back with earlier rows brings late rows.
 *
 * Where every port that is left is silent, the highest watermark that any has reached holds, since nobody is there to be waited for.
 */
export class PortWatermarks {
  /** The watermark of all ports together. */
  aligned: EventTime = START_OF_TIME;
  readonly #ports: Float64Array;
  readonly #idle: Uint8Array;
  /** The highest watermark of any port, but for the end of time. */
  #highest: EventTime = START_OF_TIME;

  constructor(ports: number) {
    this.#ports = new Float64Array(ports).fill(START_OF_TIME);
    this.#idle = new Uint8Array(ports);
  }

  /** A port's watermark. */
  of(port: number): EventTime {
    return this.#ports[port];
  }

  /** Moves a port's watermark, and with it the aligned one as far as it goes. */
  advance(port: number, watermark: EventTime): void {
    if (watermark <= this.#ports[port]) return;
    this.#ports[port] = watermark;
    if (watermark < END_OF_TIME && watermark > this.#highest) this.#highest = watermark;
    this.#align();
  }

  /** Says that a port is silent, or is back. */
  setIdle(port: number, idle: boolean): void {
    this.#idle[port] = idle ? 1 : 0;
    this.#align();
  }

  /** The lowest watermark of the other ports that hold it: the end of time where none does. */
  lowestBut(port: number): EventTime {
    let lowest = END_OF_TIME;
    for (let other = 0; other < this.#ports.length; other++) {
      if (other !== port && this.#idle[other] === 0 && this.#ports[other] < lowest)
        lowest = this.#ports[other];
    }
    return lowest;
  }

  snapshot(writer: StateWriter): void {
    writer.value('aligned', this.aligned);
    writer.value('highest', this.#highest);
    writer.lane('ports', this.#ports);
    writer.lane('idle', this.#idle);
  }

  restore(reader: StateReader): void {
    this.aligned = reader.value('aligned') as number;
    this.#highest = reader.value('highest') as number;
    this.#ports.set(reader.lane('ports') as Float64Array);
    this.#idle.set(reader.lane('idle') as Uint8Array);
  }

  #align(): void {
    let lowest = this.lowestBut(-1);
    if (
      lowest === END_OF_TIME &&
      this.#idle.some((idle, port) => idle === 1 && this.#ports[port] < END_OF_TIME)
    )
      lowest = this.#highest;
    if (lowest > this.aligned) this.aligned = lowest;
  }
}
