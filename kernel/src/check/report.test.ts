import { expect, it } from 'vitest';
import { reportText } from './report.js';

it('tells a terminal nothing but text', () => {
  const differences = [
    {
      cell: null,
      kind: 'output' as const,
      name: 'output',
      text: 'a\u001b]0;title\u0007b\n\u009b2Jc',
      rows: null,
    },
  ];
  const report = reportText({
    path: 'a.ipynb',
    outcome: 'different',
    compared: { pins: 0, outputs: 1 },
    differences,
    failure: null,
    notes: [],
  });
  expect(report.split('\n').slice(-2)).toEqual(['    output: a]0;titleb', '    2Jc']);
});
