/** An operator whose output comes later than its input, in the order of its input. */
export abstract class Awaited {
  /** Does something once everything that has come in so far has been passed on. */
  abstract after(then: () => void): void;
}
