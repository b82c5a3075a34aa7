import type { Batch } from '../columns/batch.js';
import type { PhysicalJoinSide } from '../physical/join.js';
import type { Renumbering } from './groupCensus.js';
import type { GroupIndex } from './groupIndex.js';
import { pickedOf, RowIdentities } from './rowIdentities.js';
import { SlotStore } from './slotStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** The key of a slot whose row has a NULL in its key, which meets nothing; and that of a slot without a row. */
export const NO_KEY = -1;
const FREE = -2;

/** What a side of a join has to keep beside its rows. */
export interface JoinSideNeeds {
  /** Whether rows have to be there themselves: else they are counted by key. */
  readonly rows: boolean;
  /** Whether rows that meet none are kept: those with a NULL in their key, too. */
  readonly alone: boolean;
  /** Whether rows can be given up although they are never taken back. */
  readonly drops: boolean;
  /** Whether it is asked which keys come to have rows, or none. */
  readonly keyChanges: boolean;
  /** Whether each row counts the rows that it meets. */
  readonly matches: boolean;
}

/**
 * One side of a join: its rows by slot, and a list of slots for each key. `take` brings a batch in; what that changes of the side is then told
 * net, so that rows that come and go within one batch are never seen.
 */
export class JoinSide {
  /** The first row of each key, 0 where it has none, and how many there are. */
  head = new Int32Array(256);
  size = new Int32Array(256);
  next = new Int32Array(16);
  keyOf: Int32Array<ArrayBuffer> = new Int32Array(16).fill(FREE);
  /** How many equal rows a slot stands for; null: one. */
  copies: Int32Array<ArrayBuffer> | null;
  /** How many slots of the other side a row meets. */
  matches: Int32Array<ArrayBuffer> | null;
  readonly store: SlotStore;
  /** Whether no two rows have the same key. */
  readonly unique: boolean;

  /** The changes of the last batch: the slot before and after, 0 where there is none; the same one where only its copies change. */
  changes = 0;
  before = new Int32Array(16);
  after = new Int32Array(16);
  copiesBefore = new Int32Array(16).fill(1);
  copiesAfter = new Int32Array(16).fill(1);
  /** The keys whose rows have changed in number, and how many they had. */
  keyChanges = 0;
  changedKeys = new Int32Array(16);
  sizeBefore = new Int32Array(16);

  #tail = new Int32Array(256);
  #prev: Int32Array<ArrayBuffer> | null;
  readonly #stored: readonly number[];
  /** Rows by what names them, where they are taken back. */
  readonly #identities: RowIdentities | null;
  #idOf = new Int32Array(16);
  #rowOf = new Int32Array(16);
  #stamp = 0;
  #stamps = new Int32Array(256);
  #rows = new Int32Array(16);
  #slots = new Int32Array(16);
  #countedKeys = 0;

  constructor(
    readonly plan: PhysicalJoinSide,
    readonly needs: JoinSideNeeds,
    /** The numbers of keys, which both sides share. */
    readonly keys: GroupIndex,
    padded: boolean,
  ) {
    const { schema, stored, retracting, identity } = plan;
    const { fields } = schema;
    this.#stored = stored;
    this.store = new SlotStore(
      stored.map(at => fields[at]),
      padded,
    );
    const isNamed = retracting && identity !== null;
    this.unique = isNamed && identity.every(at => plan.keys.includes(at));
    const byKey = this.unique && plan.keys.every(at => identity!.includes(at));
    const names = isNamed ? identity : [...new Set([...plan.keys, ...stored])];
    const types = names.map(at => fields[at].type);
    this.#identities = needs.rows && retracting ? new RowIdentities(names, types, byKey ? keys : null) : null;
    this.copies = this.#identities === null || isNamed ? null : new Int32Array(16);
    this.matches = needs.matches ? new Int32Array(16) : null;
    this.#prev = retracting || needs.drops ? new Int32Array(16) : null;
  }

  /** Takes a batch in, whose rows have these keys; `nulls`: those that have a NULL in it. */
  take(batch: Batch, keys: Int32Array, nulls: Uint8Array | null): void {
    this.changes = 0;
    this.keyChanges = 0;
    this.#stamp++;
    if (!this.needs.rows) this.#count(batch, keys, nulls);
    else if (this.#identities === null) this.#append(batch, keys, nulls);
    else this.#change(batch, keys, nulls, this.#identities);
  }

  #count({ kinds, length }: Batch, keys: Int32Array, nulls: Uint8Array | null): void {
    const { size } = this;
    for (let i = 0; i < length; i++) {
      if (nulls !== null && nulls[i] === 1) continue;
      const key = keys[i];
      this.#touch(key);
      const back = kinds !== null && (kinds[i] & 1) === 1;
      if (!back) {
        if (size[key]++ === 0) this.#countedKeys++;
      } else if (size[key] > 0 && --size[key] === 0) this.#countedKeys--;
    }
  }

  #append({ columns, length }: Batch, keys: Int32Array, nulls: Uint8Array | null): void {
    const { store } = this;
    const { alone } = this.needs;
    this.#fitChanges(length);
    let count = 0;
    for (let i = 0; i < length; i++) {
      const isNull = nulls !== null && nulls[i] === 1;
      if (isNull && !alone) continue;
      const slot = store.take();
      this.#rows[count] = i;
      this.#slots[count] = slot;
      this.before[count] = 0;
      this.after[count++] = slot;
    }
    this.#fitSlots();
    const { after } = this;
    for (let k = 0; k < count; k++) {
      const row = this.#rows[k];
      this.#link(after[k], nulls !== null && nulls[row] === 1 ? NO_KEY : keys[row]);
    }
    this.changes = count;
    store.write(
      this.#stored.map(at => columns[at]),
      this.#rows,
      this.#slots,
      count,
    );
  }

  /** Rows by identity: what each was, and what it is in the end. */
  #change(
    { columns, kinds, length }: Batch,
    keys: Int32Array,
    nulls: Uint8Array | null,
    identities: RowIdentities,
  ): void {
    const ids = identities.assign(columns, keys, length);
    this.#fitChanges(length);
    const { copies } = this;
    const { alone } = this.needs;
    const { slotOf, changeOf } = identities;
    let count = 0;
    for (let i = 0; i < length; i++) {
      const id = ids[i];
      const gone = !alone && nulls !== null && nulls[i] === 1;
      if (gone && copies !== null) continue;
      let at = changeOf[id] - 1;
      if (at < 0) {
        at = count++;
        changeOf[id] = count;
        this.#idOf[at] = id;
        this.before[at] = slotOf[id];
        if (copies !== null) this.copiesBefore[at] = this.copiesAfter[at] = copies[slotOf[id]];
      }
      const back = kinds !== null && (kinds[i] & 1) === 1;
      if (copies === null) this.#rowOf[at] = back || gone ? -1 : i;
      else {
        this.#rowOf[at] = i;
        if (!back) this.copiesAfter[at]++;
        else if (this.copiesAfter[at] > 0) this.copiesAfter[at]--;
      }
    }
    this.#settle(columns, keys, nulls, identities, count);
  }

  /** Makes the rows what the changes say; a slot that is given up holds its row until `release`. */
  #settle(
    columns: Batch['columns'],
    keys: Int32Array,
    nulls: Uint8Array | null,
    { slotOf, changeOf }: RowIdentities,
    count: number,
  ): void {
    const { store, copies, before, after } = this;
    let written = 0;
    for (let at = 0; at < count; at++) {
      changeOf[this.#idOf[at]] = 0;
      const row = this.#rowOf[at];
      const stays = copies === null ? row >= 0 : this.copiesAfter[at] > 0;
      // A row of the same values goes on in its slot.
      const reuses = copies !== null && before[at] !== 0;
      after[at] = !stays ? 0 : reuses ? before[at] : store.take();
      if (!stays || reuses) continue;
      this.#rows[written] = row;
      this.#slots[written++] = after[at];
    }
    this.#fitSlots();
    store.write(
      this.#stored.map(at => columns[at]),
      this.#rows,
      this.#slots,
      written,
    );
    for (let at = 0; at < count; at++) {
      const row = this.#rowOf[at];
      if (after[at] !== 0 && after[at] !== before[at]) {
        const key = nulls !== null && nulls[row] === 1 ? NO_KEY : keys[row];
        if (before[at] !== 0 && this.keyOf[before[at]] === key && store.alike(before[at], after[at])) {
          store.release(after[at]);
          after[at] = before[at];
        } else this.#link(after[at], key);
      }
      if (before[at] !== 0 && after[at] !== before[at]) this.#unlink(before[at]);
      if (this.copies !== null && after[at] !== 0) this.copies[after[at]] = this.copiesAfter[at];
      slotOf[this.#idOf[at]] = after[at];
    }
    this.changes = count;
  }

  #touch(key: number): void {
    if (!this.needs.keyChanges || this.#stamps[key] === this.#stamp) return;
    this.#stamps[key] = this.#stamp;
    if (this.keyChanges === this.changedKeys.length) {
      this.changedKeys = grown(this.changedKeys, this.keyChanges + 1);
      this.sizeBefore = grown(this.sizeBefore, this.keyChanges + 1);
    }
    this.changedKeys[this.keyChanges] = key;
    this.sizeBefore[this.keyChanges++] = this.size[key];
  }

  #link(slot: number, key: number): void {
    this.keyOf[slot] = key;
    this.next[slot] = 0;
    if (this.matches !== null) this.matches[slot] = 0;
    if (key < 0) return;
    this.#touch(key);
    const last = this.#tail[key];
    if (last === 0) this.head[key] = slot;
    else this.next[last] = slot;
    if (this.#prev !== null) this.#prev[slot] = last;
    this.#tail[key] = slot;
    this.size[key]++;
  }

  /** Takes a row out of its key's list; its slot still knows its key. */
  #unlink(slot: number): void {
    const key = this.keyOf[slot];
    if (key < 0 || this.#prev === null) return;
    this.#touch(key);
    const [earlier, later] = [this.#prev[slot], this.next[slot]];
    if (earlier === 0) this.head[key] = later;
    else this.next[earlier] = later;
    if (later === 0) this.#tail[key] = earlier;
    else this.#prev[later] = earlier;
    this.size[key]--;
  }

  /** Gives up the slots whose rows the batch has taken away, once nobody reads them any more. */
  release(): void {
    for (let at = 0; at < this.changes; at++) {
      const slot = this.before[at];
      if (slot !== 0 && this.after[at] !== slot) this.#free(slot);
    }
  }

  #free(slot: number): void {
    this.keyOf[slot] = FREE;
    this.store.release(slot);
  }

  /** Gives up a row that can no longer matter. */
  drop(slot: number): void {
    if (this.keyOf[slot] === FREE) return;
    this.#unlink(slot);
    this.#free(slot);
  }

  isLive(slot: number): boolean {
    return this.keyOf[slot] !== FREE;
  }

  /** Says which keys hold something. */
  mark(holds: Uint8Array): void {
    const { size } = this;
    const known = Math.min(holds.length, size.length);
    for (let key = 0; key < known; key++) if (size[key] > 0) holds[key] = 1;
    if (this.#identities?.keys != null) this.#identities.mark(holds);
  }

  /** Goes on with new numbers of keys. */
  renumber({ kept, numberOf }: Renumbering): void {
    const moved = (from: Int32Array): Int32Array<ArrayBuffer> => pickedOf(from, kept);
    this.head = moved(this.head);
    this.#tail = moved(this.#tail);
    this.size = moved(this.size);
    this.#stamps = new Int32Array(this.head.length);
    this.#stamp = 0;
    if (this.#identities?.keys != null) this.#identities.keepOnly(kept);
    const { keyOf } = this;
    for (let slot = 1; slot < this.store.used; slot++)
      if (keyOf[slot] >= 0) keyOf[slot] = numberOf[keyOf[slot]];
  }

  /** Gives up the numbers of identities that have no row any more. */
  forgetIdentities(): void {
    this.#identities?.forget();
  }

  /** Makes room for all keys that have numbers. */
  fitKeys(): void {
    const { size } = this.keys;
    if (this.head.length >= size) return;
    this.head = grown(this.head, size);
    this.#tail = grown(this.#tail, size);
    this.size = grown(this.size, size);
    this.#stamps = grown(this.#stamps, size);
  }

  #fitSlots(): void {
    const { used } = this.store;
    const known = this.keyOf.length;
    if (known >= used) return;
    this.keyOf = grown(this.keyOf, used);
    this.keyOf.fill(FREE, known);
    this.next = grown(this.next, used);
    this.#prev &&= grown(this.#prev, used);
    this.copies &&= grown(this.copies, used);
    this.matches &&= grown(this.matches, used);
  }

  #fitChanges(count: number): void {
    if (this.before.length >= count) return;
    this.before = grown(this.before, count);
    const { length } = this.before;
    this.after = new Int32Array(length);
    this.copiesBefore = new Int32Array(length).fill(1);
    this.copiesAfter = new Int32Array(length).fill(1);
    this.#idOf = new Int32Array(length);
    this.#rowOf = new Int32Array(length);
    this.#rows = new Int32Array(length);
    this.#slots = new Int32Array(length);
  }

  stateRows(): number {
    return this.needs.rows ? this.store.live : this.#countedKeys;
  }

  bytes(): number {
    const lanes = [this.head, this.#tail, this.size, this.#stamps, this.next, this.keyOf, this.#prev];
    const more = [this.copies, this.matches, this.before, this.after];
    const arrays = [...lanes, ...more].reduce((total, lane) => total + (lane?.byteLength ?? 0), 0);
    return arrays + this.store.bytes() + (this.#identities?.bytes() ?? 0);
  }

  snapshot(writer: StateWriter): void {
    const { used } = this.store;
    writer.lane('head', this.head);
    writer.lane('tail', this.#tail);
    writer.lane('size', this.size);
    writer.value('countedKeys', this.#countedKeys);
    this.#fitSlots();
    for (const [name, lane] of this.#slotLanes()) writer.lane(name, lane, used);
    this.store.snapshot(writer.section('rows'));
    this.#identities?.snapshot(writer.section('identities'));
  }

  restore(reader: StateReader): void {
    this.head = reader.lane('head') as Int32Array<ArrayBuffer>;
    this.#tail = reader.lane('tail') as Int32Array<ArrayBuffer>;
    this.size = reader.lane('size') as Int32Array<ArrayBuffer>;
    this.#stamps = new Int32Array(this.head.length);
    this.#countedKeys = reader.value('countedKeys') as number;
    this.store.restore(reader.section('rows'));
    this.#fitSlots();
    for (const [name, lane] of this.#slotLanes()) lane.set(reader.lane(name) as Int32Array);
    this.#identities?.restore(reader.section('identities'));
  }

  #slotLanes(): [name: string, lane: Int32Array][] {
    const lanes = { next: this.next, keyOf: this.keyOf };
    const optional = { prev: this.#prev, copies: this.copies, matches: this.matches };
    const found = Object.entries(optional).flatMap(([name, lane]): [string, Int32Array][] =>
      lane === null ? [] : [[name, lane]],
    );
    return [...Object.entries(lanes), ...found];
  }
}
