import { expressionInterpreter } from 'vega-interpreter';

/** A node of a parsed expression of Vega's. */
interface Ast {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What an expression is evaluated with. */
interface Scope {
  readonly datum: unknown;
  readonly item: unknown;
  readonly params: Readonly<Record<string, unknown>>;
}

type Evaluate = (scope: Scope) => unknown;
type Functions = Readonly<Record<string, ((...args: unknown[]) => unknown) | undefined>>;

interface Context {
  readonly functions: Functions;
}

interface Encode {
  readonly marktype: string;
  readonly channels: Readonly<Record<string, { readonly ast: Ast }>>;
}

interface Item {
  readonly datum: unknown;
  [channel: string]: unknown;
}

type Params = Scope['params'];

/**
 * Vega's interpreter of expressions, which looks at each node of an expression anew for each row and channel, with what is evaluated most (the channels of
 * marks, and transforms) put together once as functions of its nodes. No text becomes code. It refuses what the interpreter
 * refuses, and leaves to it every expression in which there is anything that is not known here.
 */
export const quickExpressions = {
  ...expressionInterpreter,

  parameter(
    context: Context,
    expression: { readonly ast: Ast },
  ): (datum: unknown, params: Params) => unknown {
    const evaluate = known(expression.ast, context.functions);
    if (evaluate === null) return expressionInterpreter.parameter(context, expression) as never;
    return (datum, params) => evaluate({ datum, item: undefined, params });
  },

  encode(context: Context, encode: Encode): (item: Item, params: Params) => number {
    const { marktype, channels } = encode;
    const evaluators = Object.entries(channels).map(
      ([name, { ast }]) => [name, known(ast, context.functions)] as const,
    );
    const isKnown = evaluators.every(([, evaluate]) => evaluate !== null);
    if (!isKnown) return expressionInterpreter.encode(context, encode) as never;
    // Widths are made of two ends by the interpreter: it is given no channels to evaluate, and sees which there are.
    const hidden = Object.fromEntries(evaluators.map(([name]) => [name, { value: true }]));
    const adjust = expressionInterpreter.encode(context, {
      marktype,
      channels: Object.create(null, hidden) as object,
    }) as (item: Item, params: Params) => number;
    return (item, params) => {
      const scope = { datum: item.datum, item, params };
      let changed = 0;
      for (const [name, evaluate] of evaluators) {
        const value = evaluate!(scope);
        if (item[name] === value) continue;
        item[name] = value;
        changed = 1;
      }
      adjust(item, params);
      return changed;
    };
  },
};

/** Values and names that no expression gets at, as in the interpreter. */
const { setImmediate } = globalThis as { setImmediate?: unknown };
const REFUSED = new Set<unknown>([Function, eval, setTimeout, setInterval, setImmediate ?? Function]);
const REFUSED_KEYS = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Functions that the interpreter has by itself; those of others are left to it. */
const OWN: Functions = {
  isNaN: Number.isNaN,
  isFinite: Number.isFinite,
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  max: Math.max,
  min: Math.min,
  pow: Math.pow,
  round: Math.round,
  sqrt: Math.sqrt,
} as Functions;

const UNARY: Readonly<Record<string, (a: never) => unknown>> = {
  '+': (a: number) => +a,
  '-': (a: number) => -a,
  '!': (a: unknown) => !a,
};

const BINARY: Readonly<Record<string, (a: never, b: never) => unknown>> = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '===': (a: unknown, b: unknown) => a === b,
  '!==': (a: unknown, b: unknown) => a !== b,
};

/** What leaves an expression to the interpreter. */
class Unknown extends Error {}

function known(ast: Ast, functions: Functions): Evaluate | null {
  try {
    return evaluator(ast, functions);
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

function evaluator(ast: Ast, functions: Functions): Evaluate {
  const of = (node: unknown): Evaluate => evaluator(node as Ast, functions);
  switch (ast.type) {
    case 'Literal':
      return literal(ast);
    case 'Identifier':
      return identifier(String(ast.name));
    case 'MemberExpression':
      return member(of(ast.object), ast.computed === true ? of(ast.property) : nameOf(ast.property));
    case 'CallExpression':
      return call(nameOf(ast.callee), (ast.arguments as Ast[]).map(of), functions);
    case 'ArrayExpression': {
      const elements = (ast.elements as Ast[]).map(of);
      return scope => elements.map(element => element(scope));
    }
    case 'ObjectExpression':
      return object(
        (ast.properties as Ast[]).map(({ key, value }) => [keyOf(key as Ast), of(value)] as const),
      );
    case 'ConditionalExpression': {
      const [test, consequent, alternate] = [of(ast.test), of(ast.consequent), of(ast.alternate)];
      return scope => (test(scope) ? consequent(scope) : alternate(scope));
    }
    case 'LogicalExpression': {
      const [left, right] = [of(ast.left), of(ast.right)];
      if (ast.operator === '&&') return scope => left(scope) && right(scope);
      return scope => left(scope) || right(scope);
    }
    case 'UnaryExpression': {
      const [operate, argument] = [operator(UNARY, ast.operator), of(ast.argument)];
      return scope => operate(argument(scope) as never);
    }
    case 'BinaryExpression': {
      const operate = operator(BINARY, ast.operator);
      const [left, right] = [of(ast.left), of(ast.right)];
      return scope => operate(left(scope) as never, right(scope) as never);
    }
    default:
      throw new Unknown(ast.type);
  }
}

function operator<Operators extends object>(operators: Operators, sign: unknown): Operators[keyof Operators] {
  if (!Object.hasOwn(operators, String(sign))) throw new Unknown(String(sign));
  return operators[String(sign) as keyof Operators];
}

function literal({ value, regex }: Ast): Evaluate {
  if (regex !== undefined || (typeof value === 'object' && value !== null)) throw new Unknown('regex');
  return () => value;
}

/** Constants, such as PI, have names of capitals. */
function identifier(name: string): Evaluate {
  if (name === 'datum') return scope => scope.datum;
  if (name === 'item') return scope => scope.item;
  if (name === 'event' || /^[A-Z]/.test(name) || name in Object.prototype) throw new Unknown(name);
  const parameter = `$${name}`;
  return scope => scope.params[parameter];
}

function nameOf(node: unknown): string {
  const { type, name } = node as Ast;
  if (type !== 'Identifier' || typeof name !== 'string') throw new Unknown(type);
  return name;
}

function keyOf(node: Ast): string {
  if (node.type === 'Identifier') return nameOf(node);
  if (typeof node.value !== 'string' && typeof node.value !== 'number') throw new Unknown('key');
  return String(node.value);
}

function member(of: Evaluate, property: string | Evaluate): Evaluate {
  const at = typeof property === 'string' ? () => property : property;
  return scope => {
    const holder = of(scope) as Record<PropertyKey, unknown>;
    const value = holder[at(scope) as PropertyKey];
    return typeof value === 'function' && REFUSED.has(value) ? refuse(at(scope)) : value;
  };
}

function refuse(name: unknown): undefined {
  console.error(`Prevented interpretation of "${String(name)}" which could lead to insecure code execution`);
  return undefined;
}

function object(properties: readonly (readonly [key: string, value: Evaluate])[]): Evaluate {
  if (properties.some(([key]) => REFUSED_KEYS.has(key))) throw new Unknown('key');
  return scope => {
    const made: Record<string, unknown> = {};
    for (const [key, evaluate] of properties) {
      const value = evaluate(scope);
      if (REFUSED.has(value)) refuse(key);
      else made[key] = value;
    }
    return made;
  };
}

function call(written: string, args: readonly Evaluate[], functions: Functions): Evaluate {
  // Vega writes a name of its own with a line before it.
  const name = written.startsWith('_') ? written.slice(1) : written;
  if (name === 'if') return scope => (args[0](scope) ? args[1](scope) : args[2](scope));
  if (name in Object.prototype) throw new Unknown(name);
  const called = functions[name] ?? (Object.hasOwn(OWN, name) ? OWN[name] : undefined);
  if (typeof called !== 'function') throw new Unknown(name);
  // As in the interpreter: what a function keeps on its context is not seen by others.
  const self = Object.create(functions) as object;
  if (args.length === 1) return scope => called.call(self, args[0](scope));
  return scope =>
    called.apply(
      self,
      args.map(arg => arg(scope)),
    );
}
