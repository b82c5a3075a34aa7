import { describe, expect, it } from 'vitest';
import { MillraceError } from '../columns/error.js';
import { PlanError } from '../plan/error.js';
import { planHash } from '../plan/hash.js';
import { filterNode, sourceNode } from '../plan/build.js';
import { fromWireError, toWireError } from './errors.js';

const source = sourceNode({
  name: 't',
  connector: 'values',
  options: {},
  fields: null,
  time: null,
  clocked: false,
});

describe('an error that crosses', () => {
  it('keeps its class name, code, message, hint and node', () => {
    const node = filterNode({ input: source, predicate: { kind: 'column', name: 'a' } });
    const wire = structuredClone(
      toWireError(new PlanError('MR2101', 'where() needs a condition.', 'Compare it.', node)),
    );
    expect(wire).toEqual({
      name: 'PlanError',
      code: 'MR2101',
      message: 'where() needs a condition.',
      hint: 'Compare it.',
      origin: null,
      node: planHash(node),
    });
    const error = fromWireError({ ...wire, origin: 'at Cell [3]:1:2' });
    expect(error).toBeInstanceOf(MillraceError);
    expect(`${error.name}: ${error.message}`).toBe(
      'PlanError: MR2101 where() needs a condition. Compare it.',
    );
    expect(error.origin).toBe('at Cell [3]:1:2');
    expect(toWireError(error)).toEqual({ ...wire, origin: 'at Cell [3]:1:2', node: null });
  });

  it('is made of anything thrown', () => {
    expect(toWireError(new RangeError('no room'))).toMatchObject({
      name: 'RangeError',
      message: 'no room',
      code: 'MR9000',
    });
    expect(toWireError('text')).toMatchObject({ name: 'Error', message: 'text' });
  });
});
