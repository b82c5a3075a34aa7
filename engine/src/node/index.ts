/** Millrace under Node: everything of the core, with an engine in this process that starts when something is first asked of it. */
import { setDefaultLink } from '../session/client.js';
import { createNodeHost } from './host.js';

export * from '../index.js';

setDefaultLink(() => createNodeHost().link());
