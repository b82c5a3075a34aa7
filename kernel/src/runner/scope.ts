/** The notebook's top-level names: each is a property, so that every cell sees the newest value. */
export type Scope = Record<string, unknown>;

/** An empty scope. `__proto__` and `constructor` are ordinary names in it. */
export function createScope(): Scope {
  return Object.create(null) as Scope;
}
