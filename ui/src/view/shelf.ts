/** What may rest while it is out of sight. */
interface Resting {
  rest(): void;
}

/** So many views of a page that are out of sight keep what they have drawn: what is scrolled past now and then is there at once. */
const MOST_KEPT = 16;

/** The views that are out of sight and have kept what they have drawn: past some number, those that were seen longest ago rest. */
export class Shelf {
  readonly #kept = new Set<Resting>();

  constructor(private readonly most = MOST_KEPT) {}

  /** A view has gone out of sight. */
  put(view: Resting): void {
    this.#kept.delete(view);
    this.#kept.add(view);
    for (const oldest of this.#kept) {
      if (this.#kept.size <= this.most) return;
      this.#kept.delete(oldest);
      oldest.rest();
    }
  }

  /** A view is in sight again, or gone. */
  drop(view: Resting): void {
    this.#kept.delete(view);
  }
}

/** That of the page. */
export const pageShelf = new Shelf();
