/** The notebook's top-level names: each is a property, so that every cell sees the newest value. */
export type Scope = Record<string, unknown>;

/**
 * Its instances inherit nothing, so `__proto__` and `constructor` are ordinary names. An object without a prototype would do
 * too, but V8 keeps those as hash tables, and loops over top-level variables would be ten times slower.
 */
class EmptyScope {}
Object.setPrototypeOf(EmptyScope.prototype, null);
delete (EmptyScope.prototype as { constructor?: unknown }).constructor;

/** An empty scope. */
export function createScope(): Scope {
  return new EmptyScope() as Scope;
}
