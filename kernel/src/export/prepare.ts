import type { ViewOutput } from '@millrace/protocol';
import { compareViews } from '../check/compareViews.js';
import type { NotebookOutput } from '../check/notebook.js';
import type { Snapshot } from '../display/viewBundle.js';
import type { TakenViews } from './contract.js';
import type { PageReplay } from './document.js';
import { ExportError } from './error.js';
import { shownViews } from './outputs.js';
import { endOf, rehearse, type Rehearsal } from './rehearse.js';
import { packRecordings, speedOf } from './replays.js';

/** What of a notebook runs again in its page. Ids of views are those that they have there. */
export interface PreparedReplay {
  /** Null: no view does. */
  readonly replay: PageReplay | null;
  readonly speed: number | null;
  /** The ids in the page by those of the run. */
  readonly ids: ReadonlyMap<string, string>;
  /** What live views show at their end, by the ids of the run. */
  readonly ends: ReadonlyMap<string, Snapshot>;
  /** Views that do not run, by the ids of the run. */
  readonly refused: ReadonlyMap<string, string>;
  readonly inputs: readonly string[];
}

/** Runs what was taken along as the page will, and keeps what gives the very rows that the notebook has. */
export async function prepareReplay(
  taken: TakenViews,
  outputs: ReadonlyMap<string, readonly NotebookOutput[]>,
  mostBytes: number,
): Promise<PreparedReplay> {
  const refused = new Map<string, string>();
  const views = shownViews([...outputs.values()].flat());
  const shown = new Map(views.map(output => [output.viewId, output]));
  let packed = packRecordings(taken, mostBytes);
  let rehearsal: Rehearsal | null = null;
  // Each round leaves out what does not hold; the next one has the loops of what is left alone.
  while (packed.session.views.length > 0) {
    rehearsal = await rehearse(packed).catch(() => null);
    const failed =
      rehearsal === null
        ? await failing(packed)
        : new Map([...rehearsal.failed, ...differing(shown, rehearsal)]);
    for (const [viewId, why] of failed) refused.set(viewId, why);
    if (failed.size === 0) break;
    const views = packed.session.views.filter(({ viewId }) => !failed.has(viewId));
    packed = packRecordings({ ...taken, session: { ...packed.session, views } }, mostBytes);
    rehearsal = null;
  }
  for (const { viewId, reason } of packed.session.refused) refused.set(viewId, reason);
  const running = packed.session.views;
  const ids = new Map(running.map(({ viewId }, at) => [viewId, `view-${at + 1}`]));
  const named = running.map(view => ({ ...view, viewId: ids.get(view.viewId)! }));
  if (rehearsal === null) return { replay: null, speed: null, ids, ends: new Map(), refused, inputs: [] };
  const session = JSON.stringify({ ...packed.session, views: named, refused: [] });
  return {
    replay: { loops: rehearsal.loops, session, recordings: packed.packed },
    speed: speedOf(rehearsal.clock),
    ids,
    ends: rehearsal.ends,
    refused,
    inputs: packed.session.inputs.map(({ name }) => name),
  };
}

/** Views that cannot be opened at all, found one by one. Throws where each can be by itself. */
async function failing({ session, recordings }: TakenViews): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const view of session.views) {
    await rehearse({ session: { ...session, views: [view] }, recordings }).catch((error: unknown) =>
      found.set(view.viewId, error instanceof Error ? error.message : String(error)),
    );
  }
  if (found.size === 0)
    throw new ExportError('MR8532', 'the views of the notebook do not run together in a page.', null);
  return found;
}

/** Views whose replay does not end with the rows that the notebook ended with. */
function differing(shown: ReadonlyMap<string, ViewOutput>, { ends }: Rehearsal): Map<string, string> {
  const found = new Map<string, string>();
  for (const [viewId, end] of ends) {
    const saved = shown.get(viewId);
    if (saved === undefined) continue;
    const difference = compareViews(saved, endOf(viewId, saved.view, end));
    // A text says why they cannot be compared: it was saved before its end.
    if (difference !== null && typeof difference !== 'string')
      found.set(viewId, `MR8530 its replay does not give the notebook's rows: ${difference.text}.`);
  }
  return found;
}
