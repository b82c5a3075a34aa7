import type { PanelWrite } from '@millrace/protocol';
import { whole } from '../format.js';
import { Details } from './details.js';
import { bytesText, rateText, spanText } from './figures.js';
import { PanelTable } from './panelTable.js';
import { stateLook } from './stateLook.js';
import type { PanelContext } from './streamsPanel.js';

/** What writes rows or arrivals somewhere, or gives them to functions. */
export function writeTable({ client, cells }: PanelContext): PanelTable<PanelWrite> {
  return new PanelTable<PanelWrite>({
    label: 'Writes and recordings',
    columns: [
      {
        head: 'Rows',
        title: 'Rows written; of a recording its messages',
        text: ({ rows }) => whole(rows),
        room: 0,
      },
      {
        head: 'Rows/s',
        title: 'Rows a second, of the last seconds',
        text: each => rateText(each.rowsPerSecond),
        room: 0,
      },
      {
        head: 'Waiting',
        title: 'Rows that wait to be written',
        text: ({ waiting }) => whole(waiting),
        room: 1,
      },
      { head: 'Size', title: 'Bytes written', text: ({ bytes }) => bytesText(bytes), room: 2 },
    ],
    name: ({ to, what }) => (what === 'write' ? to : `${what}: ${to}`),
    state: ({ state, error }) => ({ word: state, look: stateLook(state), why: error }),
    details: entry =>
      new Details<PanelWrite>(
        {
          facts: ({ what, to, rows, rowsPerSecond, bytes, waiting, lagMs, retries }) => [
            ['To', to],
            [
              what === 'recording' ? 'Messages' : 'Rows',
              `${whole(rows)}, ${rateText(rowsPerSecond)} a second`,
            ],
            ['Size', bytes === 0 ? null : bytesText(bytes)],
            [
              'Waiting',
              waiting === 0 ? null : `${whole(waiting)} rows, the oldest for ${spanText(lagMs * 1000)}`,
            ],
            ['Tried again', retries === 0 ? null : `${whole(retries)} times`],
          ],
          actions: [
            {
              label: 'Stop',
              isThere: ({ state }) => state === 'writing' || state === 'retrying',
              question: ({ what }) => `Stop this ${what}? Rows that come from now on are not in it.`,
              act: ({ id, what }) => client()?.request({ type: 'stop', what, id }),
            },
          ],
          cells,
        },
        entry,
      ),
  });
}
