const NONE: ReadonlyMap<number, bigint> = new Map();

/** Follows which offsets may be committed: those whose rows have been taken. */
export class OffsetsTaken {
  /** Of the arrivals that have not been taken: the offset behind the last record of each partition. */
  #arrivals: ReadonlyMap<number, bigint>[] = [];
  #head = 0;
  #current = new Map<number, bigint>();
  readonly #taken = new Map<number, bigint>();
  readonly #committed = new Map<number, bigint>();

  /** A record will be in the next arrival. */
  passed(partition: number, offset: bigint): void {
    this.#current.set(partition, offset + 1n);
  }

  /** What has been passed is one arrival. */
  arrived(): void {
    if (this.#current.size === 0) {
      this.#arrivals.push(NONE);
      return;
    }
    this.#arrivals.push(this.#current);
    this.#current = new Map();
  }

  /** Reading of a partition began at an offset. */
  began(partition: number, offset: bigint): void {
    if (!this.#taken.has(partition)) this.#taken.set(partition, offset);
  }

  /** So many arrivals more have been taken. */
  taken(count: number): void {
    for (let i = 0; i < count && this.#head < this.#arrivals.length; i++)
      for (const [partition, offset] of this.#arrivals[this.#head++]) this.#taken.set(partition, offset);
    if (this.#head > 1024 || this.#head === this.#arrivals.length) {
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
  }

  /** What is to be committed of some partitions. */
  due(partitions: readonly number[]): (readonly [number, bigint])[] {
    return partitions.flatMap(partition => {
      const offset = this.#taken.get(partition);
      return offset === undefined || offset === this.#committed.get(partition)
        ? []
        : [[partition, offset] as const];
    });
  }

  committed(offsets: readonly (readonly [number, bigint])[]): void {
    for (const [partition, offset] of offsets) this.#committed.set(partition, offset);
  }
}
