import { Temporal } from 'temporal-polyfill';
import type { Column } from '../columns/column.js';
import type { DataType } from '../columns/types.js';
import { ValueMap } from '../columns/valueMap.js';
import { compileFunction } from '../codegen/compile.js';
import { GroupIndex } from './groupIndex.js';
import {
  checkedKey,
  keyId,
  keyKind,
  mixedKeys,
  partitionOf,
  type KeyPart,
  type MapKey,
} from './mapReduceKeys.js';
import { failedFunction, MapReduceError, shown } from './mapReduceError.js';
import { bytesOf, pack, type Part, type TaskMessage, type TaskPlan } from './mapReduceTasks.js';
import { OutputColumn } from './output.js';
import { checkedValue, pairValues, type PairValues } from './pairValues.js';
import { ColumnReceiver } from './sentColumns.js';

type RowsMessage = Extract<TaskMessage, { type: 'rows' }>;

/** What a slot of a key and its value take, roughly. */
const BYTES_PER_SLOT = 80;

/** Maps one share of the rows, combines the pairs by key, and cuts them into partitions in the end. */
export abstract class MapTask {
  protected readonly values: PairValues;
  /** How many pairs each key has had. */
  protected readonly pairs: number[] = [];
  readonly #receiver: ColumnReceiver;

  constructor(readonly plan: TaskPlan) {
    this.#receiver = new ColumnReceiver(plan.fields);
    this.values = pairValues(plan.combine, slot => this.keyOf(slot));
  }

  /** Maps rows; returns how many pairs they gave. */
  rows({ columns, length, first }: RowsMessage): number {
    return this.map(this.#receiver.receive(columns), length, first);
  }

  protected abstract map(columns: readonly Column[], length: number, first: number): number;
  protected abstract keyOf(slot: number): MapKey;
  protected abstract readonly kind: string;

  /** The pairs by partition; null where one gets none. */
  parts(): (Part | null)[] {
    const slots: number[][] = Array.from({ length: this.plan.partitions }, () => []);
    const keys = this.pairs.map((_, slot) => this.keyOf(slot));
    keys.forEach((key, slot) => slots[partitionOf(keyId(key), slots.length)].push(slot));
    return slots.map((mine): Part | null => {
      if (mine.length === 0) return null;
      const packed = pack(mine.map(slot => keys[slot])) as Part['keys'];
      const picked = this.values.pick(mine);
      const { values, counts, rows } = picked;
      const lists = (counts?.byteLength ?? 0) + (rows?.byteLength ?? 0);
      return {
        ...picked,
        keys: packed,
        pairs: Float64Array.from(mine, slot => this.pairs[slot]),
        kind: this.kind,
        bytes: bytesOf(packed) + bytesOf(values) + lists + 8 * mine.length,
      };
    });
  }

  bytes(): number {
    return this.pairs.length * BYTES_PER_SLOT + this.values.size * 16;
  }
}

/** Rows through a function of the user's, which gives lists of pairs. */
export class RowMapTask extends MapTask {
  readonly #fn: (row: unknown) => unknown;
  readonly #slots = new ValueMap<KeyPart, number>();
  readonly #keys: MapKey[] = [];
  protected kind = 'null';

  constructor(plan: TaskPlan) {
    super(plan);
    const { fn } = plan.map as Extract<TaskPlan['map'], { form: 'rows' }>;
    this.#fn = compileFunction<() => (row: unknown) => unknown>([], `return ${fn};`)();
  }

  protected map(columns: readonly Column[], length: number, first: number): number {
    const rowAt = rowMaker(this.plan, columns);
    const fn = this.#fn;
    let count = 0;
    for (let i = 0; i < length; i++) {
      let given: unknown;
      try {
        given = fn(rowAt(i));
        // A list that is made as it is gone through fails in here, too.
        if (given !== null && given !== undefined && !Array.isArray(given))
          given = Array.from(given as Iterable<unknown>);
      } catch (error) {
        throw failedFunction('map', `at row ${first + i + 1}, ${shown(rowAt(i))}`, error);
      }
      if (given === null || given === undefined) continue;
      const pairs = given as readonly unknown[];
      for (let k = 0; k < pairs.length; k++) this.#pair(pairs[k], first + i);
      count += pairs.length;
    }
    return count;
  }

  #pair(pair: unknown, row: number): void {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new MapReduceError(
        'MR2207',
        `map() of mapReduce() gave ${shown(pair)} at row ${row + 1} instead of a pair of a key and a value.`,
        'Return a list of pairs: row => [[row.symbol, row.size]].',
      );
    }
    const key = checkedKey(pair[0]);
    const id = keyId(key);
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      const kind = keyKind(key);
      if (kind !== this.kind && kind !== 'null') {
        if (this.kind !== 'null') throw mixedKeys(this.kind, kind);
        this.kind = kind;
      }
      slot = this.#keys.length;
      this.#slots.set(id, slot);
      this.#keys.push(key);
      this.pairs.push(0);
    }
    this.pairs[slot]++;
    this.values.add(slot, checkedValue(this.plan.combine, pair[1]), row);
  }

  protected keyOf(slot: number): MapKey {
    return this.#keys[slot];
  }
}

/** A key and a value that are columns: keys are numbered a batch at a time. */
export class ColumnMapTask extends MapTask {
  readonly #groups: GroupIndex;
  readonly #key: OutputColumn;
  #known = 0;

  constructor(plan: TaskPlan) {
    super(plan);
    const [{ type }] = plan.fields;
    this.#groups = new GroupIndex([type], true);
    this.#key = new OutputColumn(type, true, 1024);
  }

  protected get kind(): string {
    const { kind } = this.plan.fields[0].type;
    return kind === 'string' || kind === 'boolean' ? kind : 'number';
  }

  protected map([key, value]: readonly Column[], length: number, first: number): number {
    const { pairs, values } = this;
    const { combine } = this.plan;
    const groups = this.#groups.assign([key], length);
    while (pairs.length < this.#groups.size) pairs.push(0);
    for (let i = 0; i < length; i++) pairs[groups[i]]++;
    const { data, valid } = value;
    if (combine === 'count') {
      for (let i = 0; i < length; i++) values.add(groups[i], 1, first + i);
      return length;
    }
    const valueOf = reader(value);
    for (let i = 0; i < length; i++)
      values.add(groups[i], valid !== null && valid[i] === 0 ? null : valueOf(data[i] as number), first + i);
    return length;
  }

  protected keyOf(slot: number): MapKey {
    this.#decode();
    const { data, valid } = this.#key;
    if (valid[slot] === 0) return null;
    return reader({ type: this.#key.type, dictionary: this.#key.dictionary })(data[slot] as number) as MapKey;
  }

  /** Finds out the keys that have come since. */
  #decode(): void {
    const { size } = this.#groups;
    if (size === this.#known) return;
    if (size > this.#key.data.length) this.#key.grow(2 * size, this.#known);
    const fresh = Int32Array.from({ length: size - this.#known }, (_, k) => this.#known + k);
    this.#groups.write(fresh, fresh.length, fresh, [this.#key]);
    this.#known = size;
  }
}

/** What turns an element of a lane into a value as functions of the user's see it. */
function reader({ type, dictionary }: Pick<Column, 'type' | 'dictionary'>): (raw: number) => unknown {
  switch (type.kind) {
    case 'boolean':
      return raw => raw !== 0;
    case 'string':
      return raw => dictionary!.at(raw);
    case 'timestamp':
      return raw => instantOf(raw, type);
    default:
      return raw => raw;
  }
}

function instantOf(ticks: number, type: Extract<DataType, { kind: 'timestamp' }>): Temporal.Instant {
  const nanoseconds = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n }[type.unit];
  return Temporal.Instant.fromEpochNanoseconds(BigInt(ticks) * nanoseconds);
}

/** A generated function that makes the object of a row. */
function rowMaker({ fields }: TaskPlan, columns: readonly Column[]): (row: number) => unknown {
  const texts = fields.map(({ name, type }, k) => {
    const raw = `d${k}[i]`;
    const value =
      type.kind === 'string' ? `t${k}.at(${raw})` : type.kind === 'boolean' ? `${raw} !== 0` : raw;
    const read = type.kind === 'timestamp' ? `r${k}(${raw})` : value;
    const present = columns[k].valid === null ? read : `v${k}[i] === 0 ? null : ${read}`;
    return `[${JSON.stringify(name)}]: ${present}`;
  });
  const names = fields.map((_, k) => `[d${k}, v${k}, t${k}, r${k}]`);
  const body = `const [${names.join(', ')}] = columns; return i => ({ ${texts.join(', ')} });`;
  type Maker = (columns: readonly unknown[]) => (row: number) => unknown;
  return compileFunction<Maker>(
    ['columns'],
    body,
  )(columns.map(column => [column.data, column.valid, column.dictionary, reader(column)]));
}
