import type { DataType } from '../columns/types.js';
import type { LiteralValue } from './ast.js';

/** A scalar expression whose columns are found and whose every node has a type: what code generation reads. */
export type BoundExpr =
  | {
      readonly kind: 'column';
      readonly index: number;
      readonly name: string;
      readonly type: DataType;
      readonly nullable: boolean;
    }
  | {
      readonly kind: 'literal';
      readonly value: LiteralValue;
      readonly type: DataType;
      readonly nullable: boolean;
      /** The plan parameter that gives it: generated text then holds a reference, and is the same for any value. */
      readonly parameter?: string;
    }
  | {
      readonly kind: 'call';
      readonly fn: string;
      readonly args: readonly BoundExpr[];
      readonly type: DataType;
      readonly nullable: boolean;
    };
