import { MillraceError } from '../columns/error.js';
import type { PatternTerm } from '../plan/nodes/matchPattern.js';

/**
 * A pattern as states of a machine: between two rows a match is in one, and the next row takes it along one of the state's edges, the preferred
 * ones first. State 0 is the start. An edge with label -1 ends the match, and is the last of its state.
 */
export interface PatternStates {
  /** The first edge of each state; one more than there are states. */
  readonly first: readonly number[];
  /** The label of each edge, by its place in the list of labels. */
  readonly labels: readonly number[];
  /** The state that each edge leads to. */
  readonly targets: readonly number[];
}

/** So many states at most: repetitions are written out. */
const MOST_STATES = 2000;

type Step =
  | { readonly kind: 'row'; readonly label: number; readonly state: number; next: Step }
  /** `exit`: where a repetition ends, which one that takes no row does. */
  | { readonly kind: 'choice'; options: readonly Step[]; readonly exit?: Step }
  | { readonly kind: 'end' };

/** The machine of a pattern: each place of a label in it, its repetitions written out, is a state. */
export function patternStates(pattern: PatternTerm, labels: readonly string[]): PatternStates {
  const rows: Extract<Step, { kind: 'row' }>[] = [];
  const built = (term: PatternTerm, next: Step): Step => {
    switch (term.kind) {
      case 'label': {
        if (rows.length >= MOST_STATES) throw tooLarge();
        const row = {
          kind: 'row' as const,
          label: labels.indexOf(term.label),
          state: rows.length + 1,
          next,
        };
        rows.push(row);
        return row;
      }
      case 'sequence':
        return term.parts.reduceRight((after, part) => built(part, after), next);
      case 'either':
        return { kind: 'choice', options: term.options.map(option => built(option, next)) };
      case 'permute': {
        const options = permutations(term.parts).map(parts =>
          parts.reduceRight((after, part) => built(part, after), next),
        );
        return { kind: 'choice', options };
      }
      case 'repeat':
        return repeated(term, next);
    }
  };
  const repeated = (term: Extract<PatternTerm, { kind: 'repeat' }>, next: Step): Step => {
    const { part, least, most, reluctant } = term;
    const choice = (body: Step, after: Step): readonly Step[] => (reluctant ? [after, body] : [body, after]);
    let after: Step = next;
    let copies = least;
    if (most === null) {
      const loop: Step = { kind: 'choice', options: [], exit: next };
      const body = built(part, loop);
      loop.options = choice(body, next);
      // The last of the repetitions that there have to be is the one that loops.
      after = least > 0 ? body : loop;
      copies = Math.max(0, least - 1);
    } else {
      for (let k = least; k < most; k++)
        after = { kind: 'choice', options: choice(built(part, after), next) };
    }
    for (let k = 0; k < copies; k++) after = built(part, after);
    return after;
  };
  const start = built(pattern, { kind: 'end' });
  const states = [edgesOf(start), ...rows.map(({ next }) => edgesOf(next))];
  const first = [0];
  for (const edges of states) first.push(first[first.length - 1] + edges.length);
  const all = states.flat();
  return {
    first,
    labels: all.map(step => (step.kind === 'row' ? step.label : -1)),
    targets: all.map(step => (step.kind === 'row' ? step.state : 0)),
  };
}

/** The rows that may come next, and the end, in the order in which they are preferred. What comes twice is the first time's. */
function edgesOf(step: Step): Exclude<Step, { kind: 'choice' }>[] {
  const edges: Exclude<Step, { kind: 'choice' }>[] = [];
  const seen = new Set<Step>();
  const visit = (each: Step): boolean => {
    if (seen.has(each)) return each.kind === 'choice' && each.exit !== undefined && visit(each.exit);
    seen.add(each);
    if (each.kind === 'choice') return each.options.some(visit);
    edges.push(each);
    return each.kind === 'end';
  };
  visit(step);
  return edges;
}

/** All orders of some parts; those that begin with earlier ones come first. */
function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length > 6) throw tooLarge();
  if (items.length === 0) return [[]];
  return items.flatMap((item, at) =>
    permutations(items.filter((_, other) => other !== at)).map(rest => [item, ...rest]),
  );
}

function tooLarge(): MillraceError {
  return new MillraceError(
    'MR2197',
    `the pattern is too large: with its repetitions written out it has more than ${MOST_STATES} places.`,
    'Use + or * with a condition on count() in the place of a large {n,m}; PERMUTE takes 6 parts at most.',
  );
}
