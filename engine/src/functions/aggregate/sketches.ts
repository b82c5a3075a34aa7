import { FLOAT64, INT64, isNumeric } from '../../columns/types.js';
import {
  defineAggregate,
  type BoundAggregate,
  type EmitContext,
  type ObjectLane,
  type StatePart,
} from './define.js';
import { requireArguments } from './errors.js';
import { quantile, quantileOf } from './quantiles.js';
import { CountedHyperLogLog } from './state/countedHyperLogLog.js';
import { HyperLogLog } from './state/hyperLogLog.js';
import { TDigest } from './state/tDigest.js';

/** A sketch takes values, and no value back where it does not say so. */
function sketchPart(
  kind: string,
  lane: Omit<ObjectLane, 'name' | 'lane'>,
  valueOf: StatePart['add'],
  retracts = false,
): StatePart {
  return {
    kind,
    args: [0],
    lanes: [{ name: 'sketch', lane: 'object', ...lane }],
    add: emit => `${emit.lane('sketch')}.add(${valueOf(emit)});`,
    retract: retracts ? emit => `${emit.lane('sketch')}.remove(${valueOf(emit)});` : null,
    merge: emit => `${emit.lane('sketch')}.merge(${emit.other('sketch')});`,
  };
}

const DIGEST = sketchPart(
  't-digest',
  {
    create: () => new TDigest(),
    encode: value => (value as TDigest).encode(),
    decode: plain => TDigest.decode(plain),
  },
  emit => emit.numbers[0],
);

const REGISTERS = sketchPart(
  'HyperLogLog',
  {
    create: () => new HyperLogLog(),
    encode: value => (value as HyperLogLog).encode(),
    decode: plain => HyperLogLog.decode(plain),
  },
  hashed,
);

/** The same, where rows may be taken back. */
const COUNTED_REGISTERS = sketchPart(
  'counted HyperLogLog',
  {
    create: () => new CountedHyperLogLog(),
    encode: value => (value as CountedHyperLogLog).encode(),
    decode: plain => CountedHyperLogLog.decode(plain),
  },
  hashed,
  true,
);

/** What is hashed of a value: of a string its text, which is the same whatever its code. */
function hashed(emit: EmitContext): string {
  return emit.dictionaries[0] === 'null' ? emit.held[0] : `${emit.dictionaries[0]}.at(${emit.held[0]})`;
}

export const approxQuantile = defineAggregate({
  name: 'approxQuantile',
  doc: 'About the value below which a fraction q of the values lies, as float64, out of a t-digest whose size does not grow; where rows may be taken back all values are kept, and it is exact. NULL for none.',
  signature: 'x: number, q: fraction',
  sql: () => null,
  ordered: false,
  distinct: 'none',
  retracts: true,
  resolve(args, options) {
    requireArguments('approxQuantile', args, 1, arg => isNumeric(arg.type), 'a number');
    quantileOf('approxQuantile', options);
    return { type: FLOAT64, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    const fraction = quantileOf('approxQuantile', context.options);
    // What a digest has of a value hangs on those that came before it, so no value can be taken out of one.
    if (context.retracting) return quantile.bind(context);
    return {
      parts: { digest: DIGEST },
      counts: false,
      value: emit => ({ value: `${emit.part('digest').lane('sketch')}.quantile(${fraction})` }),
    };
  },
  reference: (rows, args, context) => quantile.reference(rows, args, context),
});

export const approxCountDistinct = defineAggregate({
  name: 'approxCountDistinct',
  doc: 'About the number of distinct values, within 1% or so, out of a HyperLogLog of 16 KB; exact up to 1,024. Where rows may be taken back a hash of each value is kept beside it. 0 for none.',
  signature: 'x: any',
  sql: args => `APPROX_COUNT_DISTINCT(${args[0]})`,
  adds: 'count',
  ordered: false,
  distinct: 'same',
  retracts: true,
  resolve(args) {
    requireArguments('approxCountDistinct', args, 1, () => true, 'a value');
    return { type: INT64, nullable: false };
  },
  bind: ({ retracting }): BoundAggregate => ({
    parts: { registers: retracting ? COUNTED_REGISTERS : REGISTERS },
    counts: false,
    valueOfNone: true,
    value: emit => ({ value: `${emit.part('registers').lane('sketch')}.estimate()` }),
  }),
  reference: rows => BigInt(new Set(rows.map(row => row.args[0])).size),
});
