import type { PanelSource } from '@millrace/protocol';
import { whole, timeText } from '../format.js';
import { Details } from './details.js';
import type { Fact } from './factList.js';
import { bytesText, counted, rateText, spanText } from './figures.js';
import { PanelTable } from './panelTable.js';
import { RejectsList } from './rejectsList.js';
import { stateLook } from './stateLook.js';
import type { PanelContext } from './streamsPanel.js';

/** The sources that are read. */
export function sourceTable({ client, cells, zone }: PanelContext): PanelTable<PanelSource> {
  return new PanelTable<PanelSource>({
    label: 'Sources',
    columns: [
      { head: 'Rows', title: 'Rows that have come', text: ({ rows }) => whole(rows), room: 0 },
      {
        head: 'Rows/s',
        title: 'Rows a second, of the last seconds',
        text: each => rateText(each.rowsPerSecond),
        room: 0,
      },
      {
        head: 'Lag',
        title: 'How far its watermark is behind the clock',
        text: ({ lagUs }) => (lagUs === null ? '' : spanText(lagUs)),
        room: 1,
      },
      { head: 'Late', title: 'Rows later than its bound allows', text: ({ late }) => whole(late), room: 2 },
      {
        head: 'Rejected',
        title: 'Rows that could not be read',
        text: ({ rejected }) => whole(rejected),
        room: 2,
      },
      {
        head: 'Memory',
        title: 'Memory that its history holds',
        text: ({ bytesHeld }) => bytesText(bytesHeld),
        room: 2,
      },
    ],
    name: ({ name }) => name,
    remark: ({ late, rejected, reconnects, dropped }) =>
      [
        ...(late === 0 ? [] : [`${whole(late)} late`]),
        ...(rejected === 0 ? [] : [`${whole(rejected)} rejected`]),
        ...(dropped === 0 ? [] : [`${whole(dropped)} dropped`]),
        ...(reconnects === 0 ? [] : [counted(reconnects, 'reconnect')]),
      ].join(' · '),
    state: ({ state, trouble, error }) => ({ word: state, look: stateLook(state), why: error ?? trouble }),
    details: entry =>
      new Details<PanelSource>(
        {
          facts: source => factsOf(source, zone()),
          actions: [
            {
              label: 'Stop',
              isThere: ({ state }) => state !== 'ended' && state !== 'failed',
              question: ({ live, name }) =>
                live ? `Stop ${name}? Its queries end, and rows that come meanwhile are lost.` : null,
              act: ({ id }) => client()?.request({ type: 'stop', what: 'source', id }),
            },
          ],
          cells,
          parts: [
            new RejectsList(
              source => client()?.rejects.get(source) ?? null,
              source => client()?.request({ type: 'rejects', source }),
            ),
          ],
        },
        entry,
      ),
  });
}

function factsOf(source: PanelSource, zone: string | null): Fact[] {
  const { rows, rowsPerSecond, bytesRead, bytesHeld, watermarkUs, lagUs, boundUs, late, lateByUs } = source;
  const { rejected, reconnects, dropped, historyEvicted, trouble, holdsBack, connector, live } = source;
  const some = (count: number, text: string): string | null => (count === 0 ? null : text);
  return [
    ['Kind', `${connector}, ${live ? 'live' : 'a replay or a file'}`],
    ['Why', trouble],
    ['Rows', `${whole(rows)}, ${rateText(rowsPerSecond)} a second`],
    ['Read', some(bytesRead, bytesText(bytesRead))],
    ['Memory', some(bytesHeld, `${bytesText(bytesHeld)} of history`)],
    [
      'Watermark',
      watermarkUs === null
        ? null
        : `${timeText(watermarkUs, zone)}${boundUs === 0 ? '' : `, ${spanText(boundUs)} behind the highest time`}`,
    ],
    ['Lag', lagUs === null ? null : spanText(lagUs)],
    ['Late', late === 0 ? '0' : `${counted(late, 'row')}, by up to ${spanText(lateByUs)}`],
    ['Rejected', whole(rejected)],
    ['Reconnects', live ? whole(reconnects) : null],
    ['Dropped', some(dropped, counted(dropped, 'row'))],
    ['Given up', some(historyEvicted, `${counted(historyEvicted, 'row')} of history, for memory`)],
    ['Holds back', holdsBack.length === 0 ? null : holdsBack.join(', ')],
  ];
}
