import { describe, expect, it } from 'vitest';
import { INT64 } from '../columns/types.js';
import type { Batch } from '../columns/batch.js';
import { NamedMeeting } from './namedMeeting.js';

const schema = { fields: [{ name: 'id', type: INT64, nullable: false }] };

function batch(from: number, to: number): Batch {
  const data = Float64Array.from({ length: to - from }, (_, k) => from + k);
  const columns = [{ type: INT64, data, valid: null, dictionary: null }];
  return { schema, length: to - from, columns, kinds: null, marks: null, watermark: 0 };
}

describe('rows that are known by their ids', () => {
  it('remembers as many as it says, whatever waited before', () => {
    const meeting = new NamedMeeting(schema, [], ['id'], 100);
    const rows = new Int32Array(1000);
    // Live rows wait whose ids come in history after others, and then fewer than it remembers.
    expect(meeting.keep(batch(190, 200), rows, { notes: false })).toBe(10);
    expect(meeting.keep(batch(0, 100), rows, { notes: true })).toBe(100);
    expect(meeting.keep(batch(190, 200), rows, { notes: true })).toBe(10);
    expect(meeting.keep(batch(1000, 1090), rows, { notes: true })).toBe(90);
    expect(meeting.keep(batch(190, 200), rows, { notes: true })).toBe(0);
  });
});
