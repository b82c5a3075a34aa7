/** The engine of an exported page, bundled into it: in a worker, or where there can be none on the page's own thread, behind a port that the page leaves. */
import type { FromPageEngine, ToPageEngine } from '@millrace/protocol';
import { serveExported } from './channels.js';

interface Port {
  onmessage: ((event: { readonly data: ToPageEngine }) => void) | null;
  postMessage(message: FromPageEngine): void;
}

const scope = globalThis as unknown as Port & { millraceEnginePort?: Port };
const port = scope.millraceEnginePort ?? scope;
const receive = serveExported(message => port.postMessage(message));
port.onmessage = ({ data }) => receive(data);
