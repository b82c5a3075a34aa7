/**
 * The language process without a snapshot: the language service, loaded from its files. It is started by the wire process and ends
 * with it.
 */
import * as nodeModule from 'node:module';

// TypeScript is nine megabytes of text: where Node can keep it compiled, the next start is shorter.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
const { LanguageService } = await import('./service.js');
const { serve } = await import('./serve.js');
const service = new LanguageService(process.cwd());
serve(service);
// A cell that waits already goes first.
setImmediate(() => service.warmUp());
