import { describe, expect, it } from 'vitest';
import { AGGREGATES } from '../functions/aggregate/registry.js';
import { ROW_FUNCTIONS } from '../functions/rolling/registry.js';
import { SCALAR_FUNCTIONS } from '../functions/scalar/registry.js';
import { WINDOWS } from '../windows/registry.js';
import * as aggregates from './aggregates.js';
import * as bars from './bars.js';
import './exprMethods.js';
import { AggregateValue, ExprValue } from './exprValue.js';
import * as quotes from './quotes.js';
import { RowFunctionValue } from './rowFunctions.js';
import * as rowFunctions from './rowFunctions.js';
import { session } from './session.js';
import * as windows from './windows.js';

describe('what is registered can be written', () => {
  it.each([...SCALAR_FUNCTIONS.keys()])('the function %s is a method of expressions, or of quotes', name => {
    expect(name in quotes ? quotes : ExprValue.prototype).toHaveProperty(name, expect.any(Function));
  });

  it.each([...AGGREGATES.keys()])('the aggregate %s is a function', name => {
    const make = (aggregates as unknown as Record<string, (...args: ExprValue[]) => unknown>)[name];
    const column = new ExprValue({ kind: 'column', name: 'a' });
    expect(make(column, column)).toBeInstanceOf(AggregateValue);
    expect(make(column, column)).toMatchObject({ fn: name });
  });

  it.each([...ROW_FUNCTIONS.keys()])('the row function %s is a function', name => {
    const make = (rowFunctions as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    const column = new ExprValue({ kind: 'column', name: 'a' });
    const made = make(column, name === 'ema' ? { span: 3 } : undefined);
    expect(made).toBeInstanceOf(RowFunctionValue);
    expect(made).toMatchObject({ over: 'row', call: { fn: name } });
  });

  it.each([...WINDOWS.keys()])('the window %s is a function', name => {
    expect({ ...windows, ...bars, session }).toHaveProperty(name, expect.any(Function));
  });
});
