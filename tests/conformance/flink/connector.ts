import type { SourceConnector } from '../../../engine/src/sources/source.js';
import { valuesConnector } from '../../../engine/src/sources/values.js';

/** Rows in memory a few at a time, with the watermarks of the option `marks` after each where it is given. */
export const caseConnector: SourceConnector = {
  name: 'case',
  async open(request, world) {
    const source = await valuesConnector.open(request, world);
    const marks = request.options.marks as Float64Array | undefined;
    return {
      ...source,
      read() {
        const reader = source.read();
        let at = 0;
        return {
          counters: reader.counters,
          async next() {
            const batch = await reader.next(3);
            if (batch === null || marks === undefined) return batch;
            at += batch.length;
            return { ...batch, marks: marks.slice(at - batch.length, at), watermark: marks[at - 1] };
          },
          close: () => reader.close(),
        };
      },
    };
  },
};
