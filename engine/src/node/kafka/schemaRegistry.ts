import { SourceError } from '../../sources/error.js';
import type { World } from '../../sources/source.js';
import { readHttp } from '../network/http.js';

const MAX_SCHEMA = 1 << 20;
const TIMEOUT_MS = 10_000;

/** Asks a schema registry as Confluent's for schemas. Errors `MR3973`. */
export class SchemaRegistry {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #stop = new AbortController();

  constructor(
    url: string,
    private readonly world: World,
  ) {
    if (!URL.canParse(url)) {
      throw new SourceError('MR3973', 'the address of the schema registry is none.', "Write 'https://…'.");
    }
    const { username, password, origin, pathname } = new URL(url);
    this.#base = origin + pathname.replace(/\/$/, '');
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#headers =
      username === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  }

  /** The schema of an id. */
  byId(id: number): Promise<string> {
    return this.#ask(`/schemas/ids/${id}`);
  }

  /** The latest schema of a topic's values. */
  latest(topic: string): Promise<string> {
    return this.#ask(`/subjects/${encodeURIComponent(`${topic}-value`)}/versions/latest`);
  }

  close(): void {
    this.#stop.abort();
  }

  async #ask(path: string): Promise<string> {
    const options = {
      headers: { accept: 'application/vnd.schemaregistry.v1+json', ...this.#headers },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_SCHEMA,
      signal: this.#stop.signal,
    };
    let answer: unknown;
    try {
      answer = JSON.parse(Buffer.from(await readHttp(this.#base + path, options, this.world)).toString());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SourceError(
        'MR3973',
        `the schema registry has no ${path}: ${reason}`,
        'Is its address right?',
      );
    }
    const { schema, schemaType = 'AVRO' } = (answer ?? {}) as {
      readonly schema?: unknown;
      readonly schemaType?: unknown;
    };
    if (typeof schema === 'string' && schemaType === 'AVRO') return schema;
    throw new SourceError(
      'MR3973',
      `the schema registry's ${path} is no schema of Avro, but of ${String(schemaType)}.`,
      'Only Avro is read.',
    );
  }
}
