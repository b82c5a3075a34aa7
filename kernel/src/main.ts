/** The kernel: `node main.js CONNECTION_FILE`, as Jupyter starts it. */
import { entryOf } from './entries.js';

await import(entryOf('wire').href);
