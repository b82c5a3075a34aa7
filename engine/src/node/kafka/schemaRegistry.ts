import { SourceError } from '../../sources/error.js';
import type { World } from '../../sources/source.js';
import { readHttp } from '../network/http.js';

const MAX_SCHEMA = 1 << 20;
const TIMEOUT_MS = 10_000;

/** What asking again does not mend. */
const LASTING = / answers 4(?!08|25|29)\d\d\.$/;

/** What the registry answered is no schema that can be read. */
class NoSchema extends SourceError {}

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

  /** Whether an error of `byId` would be the same if it was asked again. */
  isLasting(error: unknown): boolean {
    return error instanceof NoSchema;
  }

  close(): void {
    this.#stop.abort();
  }

  async #ask(path: string): Promise<string> {
    // All of it: a registry that sends a byte now and then is silent, too.
    const late = new AbortController();
    const cancel = this.world.after(TIMEOUT_MS, () => late.abort());
    const options = {
      headers: { accept: 'application/vnd.schemaregistry.v1+json', ...this.#headers },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_SCHEMA,
      signal: AbortSignal.any([this.#stop.signal, late.signal]),
    };
    let body: Uint8Array;
    try {
      body = await readHttp(this.#base + path, options, this.world);
    } catch (error) {
      const reason = late.signal.aborted
        ? `it took more than ${TIMEOUT_MS / 1000} seconds`
        : error instanceof Error
          ? error.message
          : String(error);
      const text = `the schema registry has no ${path}: ${reason}`;
      const isLasting =
        error instanceof SourceError &&
        (error.code !== 'MR3507' || LASTING.test(error.text) || / has more than /.test(error.text));
      throw new (isLasting ? NoSchema : SourceError)('MR3973', text, 'Is its address right?');
    } finally {
      cancel();
    }
    return schemaOf(body, path);
  }
}

/** The schema in an answer. */
function schemaOf(body: Uint8Array, path: string): string {
  let answer: unknown = null;
  try {
    answer = JSON.parse(Buffer.from(body).toString());
  } catch {
    // Said below: it is no schema.
  }
  const { schema, schemaType = 'AVRO' } = (answer ?? {}) as {
    readonly schema?: unknown;
    readonly schemaType?: unknown;
  };
  if (typeof schema === 'string' && schemaType === 'AVRO') return schema;
  throw new NoSchema(
    'MR3973',
    `the schema registry's ${path} is no schema of Avro${schemaType === 'AVRO' ? '' : `, but of ${String(schemaType).slice(0, 40)}`}.`,
    'Only Avro is read.',
  );
}
