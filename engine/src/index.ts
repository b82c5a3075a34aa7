/**
 * Millrace: streams, tables, and tables that keep changing. This is the entry point that runs anywhere; under Node the
 * package's entry adds files, sockets and an engine in this process.
 */
export type { Field, DataType, DataKind, TimeUnit } from './columns/types.js';
export { typeName } from './columns/types.js';
export type { Schema } from './columns/schema.js';
export { MillraceError } from './columns/error.js';
export { DISPLAYABLE, isDisplayable } from './dsl/displayable.js';
export type { CollectionKind, Displayable, Displayed } from './dsl/displayable.js';
export type { PlanNode } from './plan/plan.js';
export type * from './session/protocol.js';
