/** Columns of a projection: plain ones go on as they were. */
export type Passing = readonly {
  readonly name: string;
  readonly expr: { readonly kind: string; readonly name?: string };
}[];

/** Under which name a projection passes a column on as it was, or null. */
export function passedAs(columns: Passing, name: string): string | null {
  const same = columns.filter(({ expr }) => expr.kind === 'column' && expr.name === name);
  return (same.find(column => column.name === name) ?? same.at(0))?.name ?? null;
}

/** A key behind a projection: null where one of its columns is left out. */
export function passedKey(key: readonly string[] | null, columns: Passing): readonly string[] | null {
  const passed = key?.map(name => passedAs(columns, name)) ?? [null];
  return passed.every(name => name !== null) ? passed : null;
}
