/** Millrace in a page: everything of the core, with an engine in the page that starts when something is first asked of it. */
import { existingLink, setDefaultLink } from '../session/client.js';
import { createPageHost } from './host.js';

export * from '../index.js';

if (existingLink() === null) setDefaultLink(() => createPageHost().link());
