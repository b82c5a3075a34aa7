/** Millrace under Node: everything of the core, with an engine in this process that starts when something is first asked of it. */
import { existingLink, setDefaultLink } from '../session/client.js';
import { createNodeHost } from './host.js';

export * from '../index.js';

// A process that is connected to an engine elsewhere (a notebook's cells) stays connected to that one.
if (existingLink() === null) setDefaultLink(() => createNodeHost().link());
