import { createRequire } from 'node:module';
import { JUPYTER_PROTOCOL, type JsonObject } from './message.js';

const require = createRequire(import.meta.url);

function version(specifier: string): string {
  return (require(specifier) as { version: string }).version;
}

/** The content of a `kernel_info_reply`: needs nothing started, so that it is answered at once. */
export function kernelInfo(): JsonObject {
  const own = version('../../package.json');
  const typescript = version('typescript/package.json');
  return {
    status: 'ok',
    protocol_version: JUPYTER_PROTOCOL,
    implementation: 'millrace',
    implementation_version: own,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'application/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: 'typescript',
      nbconvert_exporter: 'script',
    },
    banner: `Millrace ${own}: TypeScript ${typescript} on Node ${process.versions.node}`,
    help_links: [{ text: 'TypeScript handbook', url: 'https://www.typescriptlang.org/docs/handbook/' }],
    debugger: false,
    // Neither subshells nor a debugger: requests of theirs are answered with an error.
    supported_features: [],
  };
}
