import { sameType } from '../../columns/types.js';
import { arrowType } from '../arrowType.js';
import type { ArrowTypeDescription } from '../arrowType.js';
import type { ArrowLayout, ArrowType } from '../arrowVector.js';
import type { ParquetElement } from './footer.js';

/** The physical types that are read here, by their numbers in the format. */
export const PHYSICAL = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, bytes: 6, fixed: 7 } as const;

/** A column of a Parquet file: what it becomes, and how its pages lay its values out. */
export interface ParquetType {
  readonly physical: number;
  readonly width: number;
  /** What it becomes, with the layout that its values have in memory; null: it is left out, as it becomes nothing. */
  readonly type: ArrowType | null;
}

/**
 * What a column becomes, as `arrowType` has it for other files; undefined: this reader does not know it. `hint` is what the writer says that it was in Arrow.
 */
export function parquetType(
  element: ParquetElement,
  hint: ArrowType | null | undefined,
): ParquetType | undefined {
  const { physical, width } = element;
  const found = described(element);
  if (found === undefined) return undefined;
  const own = found === null ? null : arrowType(found.description);
  if (own === null || found === null)
    return hint === undefined || hint === null ? { physical, width, type: null } : undefined;
  if (hint === null) return undefined;
  if (hint === undefined || sameType(hint.type, own.type))
    return { physical, width, type: { ...own, layout: found.layout } };
  // Durations are plain integers to Parquet.
  const isDuration = own.type.kind === 'int64' && hint.type.kind === 'duration' && hint.layout === 'int64';
  return isDuration ? { physical, width, type: { ...hint, indexes: null } } : undefined;
}

interface Described {
  readonly description: ArrowTypeDescription;
  readonly layout: ArrowLayout;
}

const UNITS: Readonly<Record<number, number>> = { 9: 1, 10: 2 };

/** The type of Arrow that a column is; null: one that becomes nothing here; undefined: one that is not known. */
function described(element: ParquetElement): Described | null | undefined {
  const { physical, logical, converted } = element;
  switch (physical) {
    case PHYSICAL.boolean:
      return plainly(element, { typeId: 6 }, 'bool');
    case PHYSICAL.int32:
      return ofInteger(element, 32);
    case PHYSICAL.int64:
      return ofInteger(element, 64);
    case PHYSICAL.float:
      return plainly(element, { typeId: 3, precision: 1 }, 'float32');
    case PHYSICAL.double:
      return plainly(element, { typeId: 3, precision: 2 }, 'float64');
    case PHYSICAL.bytes:
      if (
        logical?.kind === 1 ||
        logical?.kind === 4 ||
        (logical === null && (converted === 0 || converted === 4))
      ) {
        return { description: { typeId: 5 }, layout: 'utf8' };
      }
      return logical === null && converted === null ? null : undefined;
    case PHYSICAL.fixed: {
      const decimal = decimalOf(element);
      if (decimal === null || element.width < 1 || element.width > 32) return undefined;
      return { description: decimal, layout: element.width > 16 ? 'decimal256' : 'decimal128' };
    }
    default:
      return undefined;
  }
}

function plainly(
  { logical, converted }: ParquetElement,
  description: ArrowTypeDescription,
  layout: ArrowLayout,
) {
  return logical === null && converted === null ? { description, layout } : undefined;
}

function decimalOf(element: ParquetElement): ArrowTypeDescription | null {
  const { logical, converted } = element;
  if (logical?.kind !== 5 && !(logical === null && converted === 5)) return null;
  const { precision, scale } = element;
  const bitWidth = precision > 38 ? 256 : 128;
  return { typeId: 7, bitWidth, precision, scale };
}

function ofInteger(element: ParquetElement, bits: 32 | 64): Described | null | undefined {
  const { logical, converted } = element;
  const memory: ArrowLayout = bits === 32 ? 'int32' : 'int64';
  const integer = (bitWidth: number, signed: boolean): Described | undefined => {
    if (bitWidth > bits || (bits === 64) !== (bitWidth === 64)) return undefined;
    const layout = signed || bitWidth < 32 ? memory : (`u${memory}` as ArrowLayout);
    return { description: { typeId: 2, bitWidth, signed }, layout };
  };
  const decimal = decimalOf(element);
  if (decimal !== null) return { description: decimal, layout: bits === 32 ? 'decimal32' : 'decimal64' };
  if (logical !== null) {
    if (logical.kind === 6 && bits === 32) return { description: { typeId: 8, unit: 0 }, layout: 'int32' };
    if (logical.kind === 7) return null;
    if (logical.kind === 8 && bits === 64) {
      const unit = logical.of.get(2);
      const [kind] = unit instanceof Map ? [...unit.keys()] : [];
      return typeof kind === 'number' && kind >= 1 && kind <= 3 ? timestamp(kind) : undefined;
    }
    if (logical.kind !== 10) return undefined;
    return integer(Number(logical.of.get(1)), logical.of.get(2) === true);
  }
  if (converted === null) return integer(bits, true);
  if (converted === 6 && bits === 32) return { description: { typeId: 8, unit: 0 }, layout: 'int32' };
  if (converted === 7 || converted === 8) return null;
  if (converted in UNITS && bits === 64) return timestamp(UNITS[converted]);
  if (converted >= 11 && converted <= 14) return integer(8 << (converted - 11), false);
  return converted >= 15 && converted <= 18 ? integer(8 << (converted - 15), true) : undefined;
}

function timestamp(unit: number): Described {
  return { description: { typeId: 10, unit }, layout: 'int64' };
}
