import { decodeArrow } from '../../../engine/src/codecs/arrow.js';
import { valueAt } from '../../../engine/src/columns/values.js';
import type { Value } from '../../../engine/src/columns/values.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import { createSessionHost } from '../../../engine/src/session/host.js';
import type { HostLink } from '../../../engine/src/session/protocol.js';
import type { SourceConnector } from '../../../engine/src/sources/source.js';
import { valuesConnector } from '../../../engine/src/sources/values.js';
import { stillWorld } from '../../support/sourceRows.js';
import type { Random } from '../random.js';

/** The values connector, whose readers cut the rows at random places. */
function piecesConnector(random: Random): SourceConnector {
  return {
    name: 'pieces',
    async open(request, world) {
      const source = await valuesConnector.open(request, world);
      return {
        ...source,
        read() {
          const reader = source.read();
          return {
            counters: reader.counters,
            next: () => reader.next(1 + random.below(random.chance(0.3) ? 60 : 9)),
            close: () => reader.close(),
          };
        },
      };
    },
  };
}

/** Reads plans to their end, over sources `values` (whole) and `pieces` (cut at random). */
export class Engine {
  readonly #link: HostLink;
  readonly #close: () => Promise<void>;

  constructor(random: Random) {
    const host = createSessionHost({
      world: stillWorld('.'),
      connectors: [valuesConnector, piecesConnector(random)],
      sinks: [],
      defer: setImmediate,
    });
    this.#link = host.link();
    this.#close = () => host.close();
  }

  async rows(plan: PlanNode): Promise<Value[][]> {
    const { arrow } = await this.#link.request({ type: 'read', plan, limit: null, current: true });
    const { columns, length } = decodeArrow(arrow);
    return Array.from({ length }, (_, row) => columns.map(column => valueAt(column, row)));
  }

  close(): Promise<void> {
    return this.#close();
  }
}
