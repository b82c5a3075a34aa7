import type { Value } from '../../columns/values.js';
import type {
  Argument,
  BoundCall,
  Emitted,
  EmitScope,
  Example,
  ScalarFunction,
  SqlForms,
  Signature,
} from '../../expr/function.js';

/** A function's meaning for one family of types (decimals, times and durations), beside its plain one for numbers. */
export interface Form {
  readonly examples: readonly Example[];
  /** Types a call of this family; null for calls that belong to another one. */
  bind(args: readonly Argument[]): Signature | null;
  /** Whether a bound call is of this family. */
  handles(call: BoundCall): boolean;
  evaluate(args: readonly Value[], call: BoundCall): Value;
  /** As text over fast lanes; none where an argument or the result is text, which goes by dictionary code. */
  emit?(
    args: readonly Emitted[],
    call: BoundCall,
    scope: EmitScope,
  ): { readonly value: string; readonly valid?: string | null };
  /** The call in other engines' SQL, where it is not the plain function's. */
  readonly sql?: SqlForms;
}

/** A function that has further forms: the first that takes a call's types is the one. */
export function withForms(plain: ScalarFunction, ...forms: readonly Form[]): ScalarFunction {
  const found = new WeakMap<BoundCall, Form | null>();
  const formOf = (call: BoundCall): Form | null => {
    let form = found.get(call);
    if (form === undefined) {
      form = forms.find(candidate => candidate.handles(call)) ?? null;
      found.set(call, form);
    }
    return form;
  };
  const emitPlain = plain.emit;
  return {
    ...plain,
    mayFail: true,
    examples: [...plain.examples, ...forms.flatMap(form => form.examples)],
    sql: {
      duckdb: (args, call) => (formOf(call)?.sql ?? plain.sql).duckdb?.(args, call) ?? null,
      flink: (args, call) => (formOf(call)?.sql ?? plain.sql).flink?.(args, call) ?? null,
    },
    bind(args) {
      for (const form of forms) {
        const signature = form.bind(args);
        if (signature !== null) return signature;
      }
      return plain.bind(args);
    },
    evaluate: (args, call) => (formOf(call) ?? plain).evaluate(args, call),
    ...(emitPlain === undefined
      ? {}
      : {
          emit: (args, call, scope) =>
            formOf(call)?.emit?.(args, call, scope) ?? emitPlain(args, call, scope),
        }),
  };
}
