/**
 * The runner process: evaluates cells. It is started by the wire process, talks back through the output pipe, and ends
 * when the wire process does.
 */
import { setDefaultLink, setNames, setOwner } from 'millrace/session';
import { createDisplay, createPackageAdapter } from '../display/index.js';
import type { Audience, CellError, MimeBundle, PreparedCell } from './contract.js';
import { createEvaluator } from './evaluate.js';
import { trackEmitters } from './emitters.js';
import { listenForInterrupts } from './interrupt.js';
import { createRunnerOutput } from './output.js';
import { redirectStandardStreams } from './outputConsole.js';
import { RunnerLink } from './outputLink.js';
import type { RunId, ToRunner } from './outputMessages.js';
import { listenAlways } from './ownListeners.js';
import { Prompts } from './prompt.js';
import { RecentRuns } from './recentRuns.js';
import { installGuardedTicks } from './ticks.js';
import { installOwnedTimers } from './timers.js';

type Execute = Extract<ToRunner, { type: 'execute' }>;

const nativeSetTimeout = setTimeout;

/** The cell that runs, and the last one that ran: background output goes to the former, else to the latter. */
let running: Execute | null = null;
let last: RunId = 0;
let audience: Audience = 'nobody';
/** The last runs, by what stack traces call their cells. */
const runs = new RecentRuns();

/** The user expression that is being evaluated. */
let evaluating: { readonly request: number; readonly cell: PreparedCell } | null = null;

/** The run whose error is being shown. */
let blamed: RunId | null = null;

const timers = installOwnedTimers(currentRun);
const ticks = installGuardedTicks();
const emittedBy = trackEmitters(currentRun);
const output = createRunnerOutput(currentRun);
redirectStandardStreams(output);
const prompts = new Prompts(output.send, currentRun);
const link = new RunnerLink(output.send, currentOwner);
setDefaultLink(link);

const display = createDisplay({
  link,
  publish: (kind, data) => output.display(data, kind === 'update'),
  owner: currentOwner,
  run: currentRun,
  audience: () => audience,
});
const adaptPackage = createPackageAdapter(display.display);
// Packages that `millrace` loads by itself come by here, too.
Object.assign(globalThis, { [Symbol.for('millrace.packageLoaded')]: adaptPackage });
const clear = (options: { readonly wait?: boolean } = {}) => output.clear(options.wait === true);
const evaluator = createEvaluator({
  directory: process.cwd(),
  link,
  display: display.display,
  env: (name, value) => output.send({ type: 'env', name, value }),
  globals: {
    display: Object.assign(display.display, { clear }),
    progress: display.progress,
    prompt: prompts.prompt,
  },
  modules: { tslab: display.tslab },
  loaded: adaptPackage,
});

// A result that a cell pins is known by its variable, which may be declared anew elsewhere.
setNames(value => Object.entries(evaluator.scope).find(([, each]) => each === value)?.[0] ?? null);

function currentRun(): RunId {
  return blamed ?? timers.current() ?? running?.run ?? last;
}

function currentOwner(): string | null {
  return running?.cell.cellId ?? null;
}

/** Runs a cell to its reply. Every step after the first await may never come, since an interrupt abandons the cell. */
async function execute(request: Execute): Promise<void> {
  // An interrupt may cut this short anywhere: what has begun, as the wire process knows it, must be what runs.
  running = request;
  last = request.run;
  output.send({ type: 'begun', run: request.run });
  runs.add(request.cell.filename, request.run);
  ({ audience } = request);
  setOwner(request.cell.cellId);
  display.begin(request.cell.cellId);
  let isShowing = false;
  try {
    const value = await evaluator.evaluate(request.cell);
    if (running !== request) return;
    await display.settled();
    isShowing = true;
    await showResult(request, value);
    if (request.audience === 'nobody') await settle(request);
    const provided = await evaluator.provided(request.cell);
    finish(request, () =>
      output.send({ type: 'done', run: request.run, error: null, provided, assigned: null }),
    );
  } catch (error) {
    if (running === request) await display.settled().catch(() => undefined);
    // Code of the error's may run here: the cell is not over before.
    const described = evaluator.describeError(error, isShowing ? request.cell : undefined);
    finish(request, () => fail(request, described));
  }
}

async function showResult(request: Execute, value: unknown): Promise<void> {
  if (value === undefined || display.isHandle(value)) return;
  const data = await display.toDisplayData(value);
  if (running !== request) return;
  if (data.displayId === null) output.send({ type: 'result', run: request.run, ...data });
  else output.display(data, false);
}

/** With no front end to draw live views, what is saved must be their last state. */
async function settle(request: Execute): Promise<void> {
  const patience = new Promise<readonly []>(resolve =>
    nativeSetTimeout(() => resolve([]), request.settleMs).unref(),
  );
  for (const data of await Promise.race([display.settleViews(), patience])) {
    if (running === request) output.display(data, true);
  }
}

function fail(request: Execute, error: CellError): void {
  const assigned = evaluator.assigned(request.cell);
  // What it has made of files and sockets is known to the engine by name, which is asked when another cell uses it.
  void evaluator.provided(request.cell).catch(() => undefined);
  output.send({ type: 'done', run: request.run, error, provided: [], assigned });
}

/** Where an interrupt cuts this short, the next one does it again: the cell is over when its reply has been sent. */
function finish(request: Execute, reply: () => void): void {
  if (running !== request) return;
  reply();
  running = null;
  setOwner(null);
}

/** Ends the running cell where it is; its timers go with it, its variables stay. */
function abandon(): void {
  timers.reset();
  display.interrupt();
  answerExpression();
  const request = running;
  if (request === null) return;
  timers.clear(request.run);
  evaluator.abandon();
  prompts.abandon(request.run);
  finish(request, () => fail(request, interrupted(request.cell)));
}

/** Messages come in order: a cell that was sent before this question, and has not begun, never will. */
function tellLost(run: RunId): void {
  if (last < run) output.send({ type: 'lost', run });
}

/** A user expression that is interrupted never comes to its own answer. */
function answerExpression(): void {
  if (evaluating === null) return;
  const { request, cell } = evaluating;
  evaluating = null;
  output.send({ type: 'value', request, value: null, error: interrupted(cell) });
}

function interrupted(cell: PreparedCell): CellError {
  const evalue = 'The cell was interrupted. Variables keep their values.';
  return { ename: 'Interrupted', evalue, traceback: [`${cell.filename}: Interrupted: ${evalue}`] };
}

async function evaluate(request: number, cell: PreparedCell): Promise<void> {
  const mine = (evaluating = { request, cell });
  let answer: { readonly value: MimeBundle | null; readonly error: CellError | null };
  try {
    const { data } = await display.toDisplayData(await evaluator.evaluate(cell), { isShown: false });
    answer = { value: data, error: null };
  } catch (error) {
    answer = { value: null, error: evaluator.describeError(error) };
  }
  if (evaluating !== mine) return;
  evaluating = null;
  output.send({ type: 'value', request, ...answer });
}

/** Shows an error that no cell has caught under the cell that it comes from. */
function reportUncaught(kind: string, error: unknown): void {
  const { traceback } = evaluator.describeError(error);
  blamed = emittedBy(error) ?? runs.of(evaluator.cellOf(error));
  output.stream('stderr', `${kind}\n${traceback.join('\n')}\n`);
  blamed = null;
}

listenAlways('message', (message: ToRunner) => {
  if (message.type === 'execute') void execute(message);
  else if (message.type === 'isLost') tellLost(message.run);
  else if (message.type === 'evaluate') void evaluate(message.request, message.cell);
  else if (message.type === 'inputReply') prompts.answer(message.id, message.value);
  else if (message.type === 'hostReply') link.answer(message.id, message.result);
  else link.emit(message.event);
});
listenAlways('disconnect', () => process.exit(0));
// The wire process signals the whole group to stop what the cell has started; the runner itself is stopped by its worker.
listenAlways('SIGINT', () => undefined);
listenAlways('uncaughtException', error => reportUncaught('Uncaught error outside of a cell:', error));
listenAlways('unhandledRejection', reason => reportUncaught('Unhandled promise rejection:', reason));
listenForInterrupts(abandon, ticks.refuse);
output.send({ type: 'ready' });
