import type { PanelPlanNode } from '@millrace/protocol';

/** Where a node stands: its layer from the top, and its place in that from the left. */
export interface Place {
  readonly layer: number;
  readonly column: number;
}

/** A plan laid out in layers: what is read stands above what reads it. */
export interface Layout {
  readonly places: readonly Place[];
  readonly layers: number;
  /** The most nodes of a layer. */
  readonly columns: number;
}

/** Sweeps over the layers that bring what belongs together side by side. */
const SWEEPS = 4;

/** Lays out nodes whose inputs come before them: each one layer below its lowest input, in the order that crosses few lines. */
export function layOut(nodes: readonly Pick<PanelPlanNode, 'id' | 'inputs'>[]): Layout {
  const layerOf = new Map<number, number>();
  const readers = new Map<number, number[]>();
  for (const { id, inputs } of nodes) {
    const known = inputs.filter(input => layerOf.has(input));
    layerOf.set(
      id,
      known.reduce((lowest, input) => Math.max(lowest, layerOf.get(input)! + 1), 0),
    );
    for (const input of known) readers.set(input, [...(readers.get(input) ?? []), id]);
  }
  // A source stands right above what reads it first.
  for (const { id, inputs } of [...nodes].reverse()) {
    const below = readers.get(id);
    if (inputs.length === 0 && below !== undefined)
      layerOf.set(id, Math.min(...below.map(reader => layerOf.get(reader)!)) - 1);
  }
  const layers: number[][] = [];
  for (const { id } of nodes) (layers[layerOf.get(id)!] ??= []).push(id);
  const inputsOf = new Map(nodes.map(({ id, inputs }) => [id, inputs]));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    const at = new Map<number, number>();
    for (const layer of layers) layer.forEach((id, column) => at.set(id, column + (1 - layer.length) / 2));
    for (const layer of down ? layers : [...layers].reverse()) {
      const wanted = new Map(
        layer.map(id => [id, mean((down ? inputsOf : readers).get(id) ?? [], at) ?? at.get(id)!]),
      );
      layer.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      layer.forEach((id, column) => at.set(id, column + (1 - layer.length) / 2));
    }
  }
  const columnOf = new Map<number, number>();
  for (const layer of layers) layer.forEach((id, column) => columnOf.set(id, column));
  return {
    places: nodes.map(({ id }) => ({ layer: layerOf.get(id)!, column: columnOf.get(id)! })),
    layers: layers.length,
    columns: Math.max(1, ...layers.map(layer => layer.length)),
  };
}

function mean(ids: readonly number[], at: ReadonlyMap<number, number>): number | null {
  const known = ids.flatMap(id => at.get(id) ?? []);
  return known.length === 0 ? null : known.reduce((total, each) => total + each, 0) / known.length;
}
