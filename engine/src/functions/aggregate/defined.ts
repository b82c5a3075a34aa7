import {
  BOOLEAN,
  FLOAT64,
  INT32,
  INT64,
  isInt64Like,
  STRING,
  typeName,
  type DataType,
} from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';
import {
  defineAggregate,
  type AggregateArgument,
  type AggregateContext,
  type BoundAggregate,
  type EmitContext,
  type MergeContext,
} from './define.js';
import { AggregateArgumentError, requireCount } from './errors.js';
import { DefinedState, type DefinedFunctions } from './state/definedState.js';

const TYPES = new Map([BOOLEAN, INT32, INT64, FLOAT64, STRING].map(type => [type.kind, type]));

/** The kinds of types that aggregates of the user's take and give. */
export const DEFINED_TYPES: ReadonlySet<DataType['kind']> = new Set(TYPES.keys());

/**
 * The aggregate that runs a user's functions, which its options hold as source text: `init`, `add`, `value`, and `retract` and `merge` where
 * they were given. It is none of the registry's: it has no name of its own.
 */
export const defined = defineAggregate({
  name: 'defined',
  doc: 'An aggregate of the user.',
  signature: '…',
  sql: () => null,
  ordered: false,
  distinct: 'rows',
  retracts: ({ retract }) =>
    retract !== undefined || 'Give defineAggregate() a retract function, or aggregate final rows: .final().',
  merges: ({ merge }) =>
    merge !== undefined ||
    'Give defineAggregate() a merge function, or use windows that do not overlap: tumble().',
  resolve(args, options) {
    const wanted = argumentTypes(options);
    requireCount(nameOf(options), args, wanted.length);
    wanted.forEach((type, k) => requireType(nameOf(options), type, args[k]));
    return { type: typeOf(String(options.returns)), nullable: true };
  },
  bind(context): BoundAggregate {
    const { options, compile } = context;
    const wanted = argumentTypes(options);
    const returns = typeOf(String(options.returns));
    const functionOf = (text: unknown): never => compile([], `return ${String(text)};`)() as never;
    let functions: DefinedFunctions | null = null;
    const made = (): DefinedFunctions =>
      (functions ??= {
        name: nameOf(options),
        returns: returns.kind,
        init: functionOf(options.init),
        add: functionOf(options.add),
        retract: options.retract === undefined ? null : functionOf(options.retract),
        merge: options.merge === undefined ? null : functionOf(options.merge),
        value: functionOf(options.value),
      });
    const state = {
      kind: `defined ${JSON.stringify(options)}`,
      args: wanted.map((_, k) => k),
      lanes: [
        {
          name: 'state',
          lane: 'object',
          create: () => new DefinedState(made()),
          encode: (value: object) => (value as DefinedState).encode(),
          decode: (plain: Parameters<typeof DefinedState.decode>[1]) => DefinedState.decode(made(), plain),
        } as const,
      ],
      add: (emit: EmitContext) => `${emit.lane('state')}.add(${argumentTexts(context, wanted, emit)});`,
      retract:
        options.retract === undefined
          ? null
          : (emit: EmitContext) => `${emit.lane('state')}.retract(${argumentTexts(context, wanted, emit)});`,
      merge:
        options.merge === undefined
          ? null
          : (emit: MergeContext) => `${emit.lane('state')}.merge(${emit.other('state')});`,
    };
    return {
      parts: { state },
      counts: false,
      makesText: returns.kind === 'string',
      value: emit => ({
        before: `const result = ${emit.part('state').lane('state')}.value();`,
        present: 'result !== null',
        value: returns.kind === 'boolean' ? '(result ? 1 : 0)' : 'result',
        ...(isInt64Like(returns) ? { exceeds: "typeof result === 'bigint'", exact: 'result' } : {}),
      }),
    };
  },
  reference() {
    throw new Error('an aggregate of the user has no reference');
  },
});

function nameOf({ name }: CallOptions): string {
  return String(name);
}

function typeOf(name: string): DataType {
  const type = TYPES.get(name as DataType['kind']);
  if (type === undefined) throw new Error(`an aggregate of the user cannot have the type ${name}`);
  return type;
}

function argumentTypes(options: CallOptions): DataType[] {
  return String(options.args).split(' ').filter(Boolean).map(typeOf);
}

/** Numbers of every type go where a float64 is wanted, integers where integers are. */
function requireType(name: string, wanted: DataType, { type }: AggregateArgument): void {
  const whole = ['int32', 'int64'];
  const takes =
    wanted.kind === type.kind ||
    (wanted.kind === 'float64' && [...whole, 'decimal'].includes(type.kind)) ||
    (wanted.kind === 'int64' && whole.includes(type.kind));
  if (takes) return;
  throw new AggregateArgumentError(
    'MR3103',
    `${name}() takes ${typeName(wanted)}, not ${typeName(type)}.`,
    `Cast the column first: .cast(${wanted.kind}).`,
  );
}

/** The values of a row as the user's functions see them. */
function argumentTexts(context: AggregateContext, wanted: readonly DataType[], emit: EmitContext): string {
  return wanted
    .map((type, k) => {
      if (type.kind === 'string') return `${emit.dictionaries[k]}.at(${emit.args[k]})`;
      if (type.kind === 'boolean') return `${emit.args[k]} !== 0`;
      if (type.kind === 'float64') return emit.numbers[k];
      return isInt64Like(context.args[k].type) ? `safeInteger(${emit.held[k]})` : emit.args[k];
    })
    .join(', ');
}

/** An integer as a number; an error where a number cannot hold it. */
export function safeInteger(value: number | bigint): number {
  if (typeof value === 'number') return value;
  throw new AggregateArgumentError(
    'MR3141',
    `a function of defineAggregate() was given the int64 ${value}, which a number cannot hold.`,
    'Declare that argument as float64 (rounded), or cast the column to string.',
  );
}
