import type { ViewOutput, ViewRequest } from '@millrace/protocol';
import type { ViewChannel } from '../model/channel.js';
import type { Screen } from './screen.js';
import type { Shelf } from './shelf.js';
import type { Surface } from './surface.js';
import type { ViewSettings } from './viewSettings.js';
import type { ViewAsks } from './viewTools.js';

/** What a view in a page is made of. */
export interface LiveViewOptions {
  readonly output: ViewOutput;
  /** Null where rows can only be the saved ones. */
  readonly channel: ViewChannel | null;
  readonly screen: Screen;
  /** Makes what draws; it asks for other rows through `ask`, where it shows a range of them, and tells when its reader has set something that is to be saved. */
  readonly surface: (ask: (request: ViewRequest) => void, changed: () => void) => Surface;
  /** The view is no longer seen: a good time to save its state. */
  readonly onHide?: () => void;
  readonly settings?: ViewSettings;
  /** A way to ask where rows come from; not given: nobody can. */
  readonly asks?: ViewAsks;
  /** Which of the views that are out of sight keep what they have drawn; not given: that of the page. */
  readonly shelf?: Shelf;
}
