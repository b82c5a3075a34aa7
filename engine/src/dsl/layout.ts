import { MillraceError } from '../columns/error.js';
import {
  isDisplayable,
  SHOWN_INPUT,
  SHOWN_LAYOUT,
  type Displayable,
  type DisplayedLayout,
} from './displayable.js';
import { InputParameter } from './inputControl.js';
import { Prose } from './prose.js';

/** What can stand in a layout: streams, tables and charts, inputs, texts with live values, and layouts. */
export type Viewable = Displayable | Prose | Layout | ViewableInput;

/** An input, as far as a layout needs to know. */
interface ViewableInput {
  readonly name: string;
  onChange(listen: never): () => void;
}

/** Views of one output at most, and layouts in layouts. */
const MOST_VIEWS = 50;
const MOST_LEVELS = 10;

/** Views beside or below each other, in one output. */
export class Layout {
  readonly #direction: 'row' | 'column';
  readonly #views: readonly Viewable[];

  constructor(direction: 'row' | 'column', views: readonly Viewable[]) {
    this.#direction = direction;
    this.#views = views;
  }

  [SHOWN_LAYOUT](): DisplayedLayout {
    return { direction: this.#direction, views: this.#views };
  }

  /** How many views there are in it, and how deep. */
  size(): { readonly views: number; readonly levels: number } {
    const inner = this.#views.map(view => (view instanceof Layout ? view.size() : { views: 1, levels: 0 }));
    return {
      views: inner.reduce((total, { views }) => total + views, 0),
      levels: 1 + Math.max(0, ...inner.map(({ levels }) => levels)),
    };
  }
}

/**
 * Several views in one output, each with its own state. Where a page is narrow, those of a row stand below each other.
 *
 * @example layout.row(layout.column(least, hits.count()), bars.candlestick(), trades)
 */
export const layout = {
  /**
   * Views beside each other, equally wide; inputs are as wide as they are.
   *
   * @throws MillraceError `MR8320` for what is no view, `MR8321` for more than 50 views or 10 levels
   */
  row(...views: readonly Viewable[]): Layout {
    return make('row', views);
  },
  /** Views below each other. Errors as `row`. */
  column(...views: readonly Viewable[]): Layout {
    return make('column', views);
  },
} as const;

function make(direction: 'row' | 'column', views: readonly Viewable[]): Layout {
  const at = views.findIndex(view => !isViewable(view));
  if (views.length === 0 || at >= 0) {
    throw new MillraceError(
      'MR8320',
      views.length === 0
        ? `layout.${direction}() has no views.`
        : `argument ${at + 1} of layout.${direction}() is no view.`,
      'Give it streams, tables, charts, inputs, texts (md`…`) and layouts: layout.row(bars.candlestick(), trades).',
    );
  }
  const made = new Layout(direction, [...views]);
  const { views: count, levels } = made.size();
  if (count <= MOST_VIEWS && levels <= MOST_LEVELS) return made;
  throw new MillraceError(
    'MR8321',
    `a layout has at most ${MOST_VIEWS} views in ${MOST_LEVELS} levels, and this one has ${count} in ${levels}.`,
    'Show them in several cells.',
  );
}

function isViewable(view: unknown): boolean {
  return (
    isDisplayable(view) ||
    view instanceof Layout ||
    view instanceof Prose ||
    view instanceof InputParameter ||
    (typeof view === 'object' && view !== null && SHOWN_INPUT in view)
  );
}
