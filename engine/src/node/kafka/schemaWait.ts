import type { KafkaRecord } from '../../sources/kafkaFrames.js';
import type { World } from '../../sources/source.js';
import type { SchemaRegistry } from './schemaRegistry.js';

/** So many schemas are asked for of one topic: ids come with records, and anybody may make them up. */
const MOST_SCHEMAS = 1000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Who is told what becomes of records. */
interface SchemaListener {
  pass(record: KafkaRecord): void;
  learned(id: number, schema: string): void;
  refuse(reason: string): void;
  /** Records wait: no more are to come until they do not. */
  held(isHeld: boolean): void;
}

/**
 * Holds records back until the schemas that they name are known, and those behind them, so that order is kept. A schema that the registry does not
 * have is asked for once, and its records are rejects; where the registry itself is away, slow or failing, they wait for it.
 */
export class SchemaWait {
  readonly #known = new Set<number>();
  #waiting: KafkaRecord[] = [];
  #isClosed = false;
  #wake: (() => void) | null = null;

  constructor(
    private readonly registry: SchemaRegistry | null,
    private readonly world: World,
    private readonly listener: SchemaListener,
  ) {}

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  take(record: KafkaRecord): void {
    if (this.#waiting.length === 0 && this.#unknown(record) === null) {
      this.listener.pass(record);
      return;
    }
    this.#waiting.push({ ...record });
    if (this.#waiting.length > 1) return;
    this.listener.held(true);
    void this.#work();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.registry?.close();
    this.#wake?.();
  }

  async #work(): Promise<void> {
    for (let at = 0; at < this.#waiting.length && !this.#isClosed; at++) {
      const record = this.#waiting[at];
      const id = this.#unknown(record);
      if (id !== null) await this.#learn(id);
      if (!this.#isClosed) this.listener.pass(record);
    }
    if (this.#isClosed) return;
    this.#waiting = [];
    this.listener.held(false);
  }

  /** The schema that a value names and that is to be asked for; null: there is none. */
  #unknown({ value }: KafkaRecord): number | null {
    if (this.registry === null || value === null || value.length < 5 || value[0] !== 0) return null;
    const id = new DataView(value.buffer, value.byteOffset).getInt32(1);
    return this.#known.has(id) || this.#known.size >= MOST_SCHEMAS ? null : id;
  }

  async #learn(id: number): Promise<void> {
    let said = '';
    for (let failures = 0; !this.#isClosed; failures++) {
      const answer = await this.registry?.byId(id).catch((error: unknown) => error);
      if (this.#isClosed) return;
      if (typeof answer === 'string') {
        this.listener.learned(id, answer);
        this.#remember(id);
        return;
      }
      const reason = answer instanceof Error ? answer.message : String(answer);
      if (reason !== said) this.listener.refuse(reason);
      said = reason;
      if (this.registry?.isLasting(answer) === true) {
        this.#remember(id);
        return;
      }
      await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10)));
    }
  }

  #remember(id: number): void {
    this.#known.add(id);
    if (this.#known.size === MOST_SCHEMAS)
      this.listener.refuse(`records of more than ${MOST_SCHEMAS} schemas: no more are asked for`);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const cancel = this.world.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
