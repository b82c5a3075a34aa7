/** One row of a result's changelog: what happens to it, and its values as text. */
export interface FlinkChange {
  readonly kind: 'INSERT' | 'UPDATE_BEFORE' | 'UPDATE_AFTER' | 'DELETE';
  readonly fields: readonly (string | null)[];
}

interface ResultPage {
  readonly resultType: 'PAYLOAD' | 'EOS' | 'NOT_READY';
  readonly nextResultUri?: string;
  readonly results?: { readonly data: readonly FlinkChange[] };
}

/** Between two looks at a result that is not there yet. */
const PAUSE_MS = 50;

/** A session of a Flink SQL Gateway. Values come as plain text, since JSON's numbers are not exact. */
export class FlinkSession {
  private constructor(
    private readonly base: string,
    private readonly path: string,
  ) {}

  static async open(gateway: string): Promise<FlinkSession> {
    const { versions } = await request<{ versions: string[] }>('GET', `${gateway}/api_versions`);
    const version = versions.includes('V3') ? 'v3' : versions.at(-1)!.toLowerCase();
    const base = `${gateway}/${version}`;
    const { sessionHandle } = await request<{ sessionHandle: string }>('POST', `${base}/sessions`, {
      properties: {
        'execution.runtime-mode': 'streaming',
        'table.local-time-zone': 'UTC',
        'parallelism.default': '1',
      },
    });
    return new FlinkSession(gateway, `${base}/sessions/${sessionHandle}`);
  }

  /** Runs a statement to its end; a query over bounded sources ends. */
  async run(statement: string): Promise<FlinkChange[]> {
    const { operationHandle } = await request<{ operationHandle: string }>(
      'POST',
      `${this.path}/statements`,
      {
        statement,
      },
    );
    const changes: FlinkChange[] = [];
    let uri: string | undefined = `${this.path}/operations/${operationHandle}/result/0?rowFormat=PLAIN_TEXT`;
    while (uri !== undefined) {
      const page: ResultPage = await request<ResultPage>('GET', uri);
      changes.push(...(page.results?.data ?? []));
      if (page.resultType === 'EOS') break;
      if (page.resultType === 'NOT_READY' || page.results?.data.length === 0)
        await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
      uri = page.nextResultUri === undefined ? undefined : this.base + page.nextResultUri;
    }
    await request('DELETE', `${this.path}/operations/${operationHandle}/close`);
    return changes;
  }

  async close(): Promise<void> {
    await request('DELETE', this.path);
  }
}

async function request<Reply>(method: string, url: string, body?: unknown): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? {} : JSON.parse(text)) as Reply;
  // A Java stack: what went wrong is its innermost cause.
  const causes = [...text.matchAll(/Caused by: (?:[\w.$]+: )?((?:(?!\\n).)*)/g)].map(match => match[1]);
  throw new Error(`Flink: ${causes.at(-1) ?? text.slice(0, 500)}`);
}

/** The rows that a changelog ends with. */
export function materialised(changes: readonly FlinkChange[]): (readonly (string | null)[])[] {
  const rows = new Map<string, { readonly fields: FlinkChange['fields']; count: number }>();
  for (const { kind, fields } of changes) {
    const key = JSON.stringify(fields);
    const held = rows.get(key) ?? { fields, count: 0 };
    rows.set(key, held);
    held.count += kind === 'INSERT' || kind === 'UPDATE_AFTER' ? 1 : -1;
  }
  return [...rows.values()].flatMap(({ fields, count }) => Array.from({ length: count }, () => fields));
}
