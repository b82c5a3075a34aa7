import type { PanelPlan, PanelQuery, PanelState } from '@millrace/protocol';
import { element } from '../dom.js';
import { whole, timeText } from '../format.js';
import { Details } from './details.js';
import type { Fact } from './factList.js';
import { bytesText, counted, rateText, shareText, spanText } from './figures.js';
import { PanelTable, type PanelDetails } from './panelTable.js';
import { PlanGraph } from './planGraph.js';
import { stateLook } from './stateLook.js';
import type { PanelContext } from './streamsPanel.js';

/** The tables that are kept current, with the plans of those that are unfolded. */
export interface QueryTable {
  readonly table: PanelTable<PanelQuery>;
  show(state: PanelState | null): void;
}

/** @param folded a row has been unfolded or folded */
export function queryTable(context: PanelContext, folded: () => void): QueryTable {
  let plans: ReadonlyMap<string, PanelPlan> = new Map();
  let names: ReadonlyMap<string, string> = new Map();
  let live: ReadonlySet<string> = new Set();
  const isLive = ({ sources }: PanelQuery): boolean => sources.some(id => live.has(id));
  const table = new PanelTable<PanelQuery>({
    label: 'Tables',
    columns: [
      { head: 'Rows', title: 'Rows of the table', text: ({ rows }) => whole(rows), room: 0 },
      {
        head: 'Rows/s',
        title: 'Rows a second that come in',
        text: each => rateText(each.rowsPerSecond),
        room: 0,
      },
      {
        head: 'Lag',
        title: 'How far its watermark is behind the clock',
        text: ({ lagUs }) => (lagUs === null ? '' : spanText(lagUs)),
        room: 1,
      },
      {
        head: 'Late',
        title: 'Rows dropped since they came too late',
        text: ({ late }) => whole(late),
        room: 2,
      },
      {
        head: 'CPU',
        title: 'Of one processor, of late',
        text: ({ load }) => (load === null ? '' : shareText(load)),
        room: 2,
      },
      {
        head: 'Memory',
        title: 'Memory of the table and its operators',
        text: each => bytesText(each.tableBytes + each.stateBytes),
        room: 1,
      },
    ],
    name: ({ name, text }) => name ?? text,
    remark: ({ late, evicted }) =>
      [
        ...(late === 0 ? [] : [`${whole(late)} late`]),
        ...(evicted === 0 ? [] : [`${whole(evicted)} dropped`]),
      ].join(' · '),
    state: ({ state, error }) => ({
      word: state,
      look: stateLook(state),
      why: error ?? (state === 'stopped' ? 'It was stopped here: run its cell again.' : null),
    }),
    folded,
    details: entry =>
      new Details<PanelQuery>(
        {
          facts: query => factsOf(query, context.zone(), names),
          actions: [
            {
              label: 'Stop',
              isThere: ({ state }) => state === 'running' || state === 'paused',
              question: query =>
                isLive(query) ? 'Stop this query? Rows that come meanwhile are not in it any more.' : null,
              act: ({ id }) => context.client()?.request({ type: 'stop', what: 'query', id }),
            },
          ],
          cells: context.cells,
          parts: [planPart(() => plans, context.zone)],
        },
        entry,
      ),
  });
  return {
    table,
    show(state) {
      plans = new Map(state?.plans.map(plan => [plan.query, plan]));
      names = new Map(state?.queries.map(({ id, name, text }) => [id, name ?? text]));
      live = new Set(state?.sources.filter(source => source.live).map(({ id }) => id));
      table.show(state?.queries ?? []);
    },
  };
}

function planPart(
  plans: () => ReadonlyMap<string, PanelPlan>,
  zone: () => string | null,
): PanelDetails<PanelQuery> {
  const node = element('div');
  let graph: PlanGraph | null = null;
  return {
    node,
    show({ id, name, text }) {
      const plan = plans().get(id);
      if (plan === undefined) return;
      if (graph === null) {
        graph = new PlanGraph();
        node.append(graph.node);
      }
      graph.show(plan, name ?? text, zone());
    },
  };
}

function factsOf(query: PanelQuery, zone: string | null, names: ReadonlyMap<string, string>): Fact[] {
  const { text, rowsIn, rowsPerSecond, rows, tableBytes, stateBytes, evicted, late, load } = query;
  const { watermarkUs, lagUs, waitsFor, over } = query;
  return [
    ['Over', over === null ? null : `the table of ${names.get(over) ?? 'another query'}`],
    ['Rows in', `${whole(rowsIn)}, ${rateText(rowsPerSecond)} a second`],
    ['Rows', `${whole(rows)}${evicted === 0 ? '' : `, ${whole(evicted)} dropped by what it keeps`}`],
    ['Late', counted(late, 'row')],
    ['Memory', `${bytesText(tableBytes)} in the table, ${bytesText(stateBytes)} in its operators`],
    ['CPU', load === null ? null : `${shareText(load)} of a processor`],
    ['Watermark', watermarkUs === null ? null : timeText(watermarkUs, zone)],
    ['Lag', lagUs === null ? null : spanText(lagUs)],
    ['Waits for', waitsFor],
    ['What', text],
  ];
}
