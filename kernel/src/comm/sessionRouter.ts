import type { ClockCommand } from '@millrace/protocol';
import type { HostEvent, HostRequest } from 'millrace/session';
import type { HostResult } from '../runner/outputMessages.js';

/** The engine as cells ask it. */
interface Engine {
  request(request: HostRequest): Promise<HostResult>;
}

/** What becomes of the session's events. */
interface EventSinks {
  event(event: HostEvent): void;
  /** Shows a line under the cell that made a query; null: under the last one. */
  note(owner: string | null, text: string): void;
}

/**
 * What passes between the runner and the engine. Where nobody is at the notebook, nobody can press play: the clock then runs at
 * `max` whatever cells say, so that an unattended notebook comes to its end.
 */
export class SessionRouter {
  readonly #engine: Engine;
  readonly #attended: () => boolean;
  readonly #sinks: EventSinks;

  constructor(engine: Engine, attended: () => boolean, sinks: EventSinks) {
    this.#engine = engine;
    this.#attended = attended;
    this.#sinks = sinks;
  }

  request(request: HostRequest): Promise<HostResult> {
    if (request.type !== 'clock' || this.#attended()) return this.#engine.request(request);
    return this.#engine.request({ ...request, command: unattended(request.command) });
  }

  event(event: HostEvent): void {
    this.#sinks.event(event);
    if (event.type === 'notice') this.#sinks.note(event.owner, event.text);
    if (event.type === 'queryFailed') {
      const { code, message, hint } = event.error;
      this.#sinks.note(event.owner, [code, message, hint ?? ''].join(' ').trim());
    }
  }
}

function unattended(command: ClockCommand): ClockCommand {
  switch (command.type) {
    case 'start':
      return { ...command, speed: 'max' };
    case 'speed':
      return { type: 'speed', speed: 'max' };
    case 'pause':
      return { type: 'state' };
    case 'play':
      return { type: 'play', speed: 'max' };
    case 'seek':
    case 'step':
    case 'state':
      return command;
  }
}
