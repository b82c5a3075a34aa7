import { parseExpressionAt, type AnyNode, type Function as FunctionNode, type Node } from 'acorn';
import { MillraceError } from '../columns/error.js';

/** What a function may name beside its own variables: values and classes that are the same in any process. */
const GLOBALS = new Set([
  ...[
    'undefined',
    'NaN',
    'Infinity',
    'Math',
    'Number',
    'BigInt',
    'String',
    'Boolean',
    'Symbol',
    'Array',
    'Object',
  ],
  ...['Map', 'Set', 'JSON', 'RegExp', 'isNaN', 'isFinite', 'parseInt', 'parseFloat'],
  ...['Error', 'RangeError', 'TypeError', 'arguments'],
  ...['Float64Array', 'Float32Array', 'Int32Array', 'Uint32Array', 'Int16Array', 'Uint16Array', 'Int8Array'],
  ...['Uint8Array', 'BigInt64Array', 'BigUint64Array'],
]);

/**
 * The source text of a function that can run in another process: one that refers to nothing but its own variables and JavaScript's
 * own values. `what` names it in errors: `add() of defineAggregate('geo')`.
 *
 * @throws MillraceError `MR1340` for a function that refers to something else; `MR1341` for one whose text cannot be taken
 */
export function closureFreeSource(what: string, fn: unknown): string {
  if (typeof fn !== 'function') throw unreadable(what, 'it is no function');
  const text = Function.prototype.toString.call(fn);
  const { node, source } = parsed(what, text);
  if (node.async || node.generator) throw unreadable(what, 'it is asynchronous or a generator');
  new FreeNames(what).check(node);
  return source;
}

/** A method's text reads as a function only inside an object. */
function parsed(what: string, text: string): { readonly node: FunctionNode; readonly source: string } {
  for (const source of [text, `function ${text}`]) {
    try {
      const node = parseExpressionAt(source, 0, { ecmaVersion: 2023 }) as AnyNode;
      const isFunction = node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
      if (isFunction && node.end === source.length) return { node, source: `(${source})` };
    } catch {
      // The other reading, then.
    }
  }
  throw unreadable(what, 'its source text cannot be read');
}

function unreadable(what: string, why: string): MillraceError {
  return new MillraceError(
    'MR1341',
    `${what} cannot be sent to the engine: ${why}.`,
    'Write a plain function in place, e.g. (state, x) => ({ sum: state.sum + x }).',
  );
}

/** Finds names that are declared nowhere in a function. */
class FreeNames {
  /** The names declared around the node being looked at, innermost last. */
  readonly #scopes: Set<string>[] = [];

  constructor(readonly what: string) {}

  check(node: Node): void {
    this.#visit(node as AnyNode);
  }

  #visit(node: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.#reference(node.name, null);
        return;
      case 'MemberExpression':
        this.#member(node);
        return;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) this.#visit(node.key as AnyNode);
        if (node.value !== null && node.value !== undefined) this.#visit(node.value);
        return;
      case 'LabeledStatement':
        this.#visit(node.body);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        this.#function(node);
        return;
      case 'ImportExpression':
      case 'MetaProperty':
        throw this.#captured('import');
      case 'BlockStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'SwitchStatement':
      case 'StaticBlock':
        this.#within(lexicalNames(node), () => this.#children(node));
        return;
      case 'CatchClause':
        this.#within(node.param === null || node.param === undefined ? [] : patternNames(node.param), () =>
          this.#children(node),
        );
        return;
      case 'ClassExpression':
        this.#within(node.id === null || node.id === undefined ? [] : [node.id.name], () =>
          this.#children(node),
        );
        return;
      default:
        this.#children(node);
    }
  }

  /** `Math.random` differs from run to run; of a notebook's scope object the property is what the user wrote. */
  #member(node: Extract<AnyNode, { type: 'MemberExpression' }>): void {
    const { object, property, computed } = node;
    const name = !computed && property.type === 'Identifier' ? property.name : null;
    if (object.type === 'Identifier') {
      if (object.name === 'Math' && name === 'random' && !this.#isDeclared('Math'))
        throw this.#captured('Math.random');
      this.#reference(object.name, name);
    } else this.#visit(object);
    if (computed) this.#visit(property);
  }

  #function(node: FunctionNode): void {
    const own =
      node.type === 'FunctionExpression' && node.id !== null && node.id !== undefined ? [node.id.name] : [];
    const names = [...own, ...node.params.flatMap(patternNames), ...variableNames(node.body)];
    this.#within(names, () => {
      for (const param of node.params) this.#visit(param);
      this.#visit(node.body);
    });
  }

  #within(names: readonly string[], look: () => void): void {
    this.#scopes.push(new Set(names));
    look();
    this.#scopes.pop();
  }

  #children(node: AnyNode): void {
    for (const child of childrenOf(node)) this.#visit(child);
  }

  #isDeclared(name: string): boolean {
    return this.#scopes.some(scope => scope.has(name));
  }

  #reference(name: string, property: string | null): void {
    if (this.#isDeclared(name) || GLOBALS.has(name)) return;
    throw this.#captured(/^\$+$/.test(name) && property !== null ? property : name);
  }

  #captured(name: string): MillraceError {
    return new MillraceError(
      'MR1340',
      `${this.what} uses '${name}', which the engine does not have: it runs in another process, from its source text alone.`,
      `Put what it needs inside: its own variables, its state from init(), and Math, Number, BigInt, String, Array, Object, Map, Set, JSON.`,
    );
  }
}

function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node as unknown as Record<string, unknown>)
    .flat()
    .filter((child): child is AnyNode => typeof child === 'object' && child !== null && 'type' in child);
}

/** The names that a pattern declares. */
function patternNames(pattern: Node): string[] {
  const node = pattern as AnyNode;
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'AssignmentPattern':
      return patternNames(node.left);
    case 'RestElement':
      return patternNames(node.argument);
    case 'ArrayPattern':
      return node.elements.flatMap(element => (element === null ? [] : patternNames(element)));
    case 'ObjectPattern':
      return node.properties.flatMap(property =>
        patternNames(property.type === 'Property' ? property.value : property.argument),
      );
    default:
      return [];
  }
}

/** What a block declares for itself: `let`, `const`, classes and functions. */
function lexicalNames(block: AnyNode): string[] {
  const statements = childrenOf(block).flatMap(child =>
    child.type === 'SwitchCase' ? child.consequent : [child],
  );
  return statements.flatMap(statement => {
    switch (statement.type) {
      case 'VariableDeclaration':
        return statement.declarations.flatMap(({ id }) => patternNames(id));
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return statement.id === null ? [] : [(statement.id as { readonly name: string }).name];
      default:
        return [];
    }
  });
}

/** What a function's body declares with `var`, at any depth but in other functions. */
function variableNames(node: AnyNode): string[] {
  const own =
    node.type === 'VariableDeclaration' && node.kind === 'var'
      ? node.declarations.flatMap(({ id }) => patternNames(id))
      : [];
  const nested = childrenOf(node).filter(child => !child.type.includes('Function'));
  return [...own, ...nested.flatMap(variableNames)];
}
