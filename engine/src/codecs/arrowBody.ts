import type { ArrowBatchLayout } from './arrowMessage.js';
import type { ArrowFieldDescription, ArrowTypeDescription } from './arrowType.js';
import type { ArrowType, ArrowVector } from './arrowVector.js';

/** The dictionaries of a file by their numbers. */
export type ArrowDictionaries = ReadonlyMap<number, ArrowVector>;

/**
 * The arrays of a batch whose body begins at byte 0 of `memory`, one a field; null for those whose type is null. Throws `RangeError` where the layout
 * does not fit the fields or the memory.
 */
export function vectorsOfBody(
  fields: readonly ArrowFieldDescription[],
  types: readonly (ArrowType | null)[],
  layout: ArrowBatchLayout,
  memory: ArrayBuffer,
  dictionaries: ArrowDictionaries,
): (ArrowVector | null)[] {
  if (layout.length < 0 || (layout.nodes[0]?.length ?? layout.length) !== layout.length) {
    throw new RangeError('a batch of another length than its arrays');
  }
  const walk = new BodyWalk(layout, memory, dictionaries);
  return fields.map((field, i) => walk.vector(field.type, types[i]));
}

/** Goes through the arrays and buffers of a batch in the order in which Arrow lays them out: each array, then its parts. */
class BodyWalk {
  #node = 0;
  #region = 0;
  #views = 0;

  constructor(
    private readonly layout: ArrowBatchLayout,
    private readonly memory: ArrayBuffer,
    private readonly dictionaries: ArrowDictionaries,
  ) {}

  /** The next array; one of a type that is not read is passed over. */
  vector(description: ArrowTypeDescription, type: ArrowType | null): ArrowVector | null {
    const node = this.layout.nodes[this.#node++];
    if (node === undefined) throw new RangeError('a batch has fewer arrays than its schema');
    const { typeId } = description;
    const hasValidity = typeId !== NULL && typeId !== UNION && typeId !== RUN_ENDS;
    const validity = hasValidity ? this.#buffer() : null;
    const buffers = Array.from({ length: buffersOf(description) }, () => this.#buffer().offset);
    const pieces = isView(typeId)
      ? Array.from({ length: this.layout.variadic[this.#views++] ?? 0 }, () => this.#buffer().offset)
      : [];
    const children = (description.children ?? []).map((child, i) =>
      this.vector(child.type, type?.children[i] ?? null),
    );
    if (type === null) return null;
    if (node.length < 0 || node.length > 8 * this.memory.byteLength) {
      throw new RangeError('an array of more values than its memory has bits');
    }
    const isText = type.indexes === null && (type.layout === 'utf8' || type.layout === 'largeUtf8');
    const hasValues = !isText && children.length === 0;
    return {
      type,
      offset: 0,
      length: node.length,
      memory: this.memory,
      validity:
        node.nulls === 0 || validity === null || validity.length === 0
          ? null
          : new Uint8Array(this.memory, validity.offset, validity.length),
      values: isText ? buffers[1] : hasValues ? buffers[0] : 0,
      offsets: hasValues ? 0 : (buffers[0] ?? 0),
      pieces,
      dictionary: type.indexes === null ? null : this.#dictionary(description.id ?? 0),
      children: children.filter(child => child !== null),
    };
  }

  #dictionary(id: number): ArrowVector {
    const dictionary = this.dictionaries.get(id);
    if (dictionary === undefined) throw new RangeError(`dictionary ${id} is not there`);
    return dictionary;
  }

  #buffer() {
    const region = this.layout.regions[this.#region++];
    if (region === undefined) throw new RangeError('a batch has fewer buffers than its schema');
    return region;
  }
}

const NULL = 1;
const UNION = 14;
const RUN_ENDS = 22;
const STRUCT = 13;
const FIXED_LIST = 16;

/** Arrays of views have one buffer of these, and others with the texts. */
function isView(typeId: number): boolean {
  return typeId === 23 || typeId === 24;
}

/** How many buffers an array has beside its validity: of text two, of most others one. */
function buffersOf({ typeId, mode }: ArrowTypeDescription): number {
  switch (typeId) {
    case NULL:
    case STRUCT:
    case FIXED_LIST:
    case RUN_ENDS:
      return 0;
    case UNION:
      return mode === 1 ? 2 : 1;
    // Bytes and texts, and views of lists.
    case 4:
    case 5:
    case 19:
    case 20:
    case 25:
    case 26:
      return 2;
    default:
      return 1;
  }
}
