import type { ICommandPalette } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

/** A command of the palette. */
export interface CommandSpec {
  readonly id: string;
  readonly label: string;
  readonly caption: string;
  isEnabled(): boolean;
  execute(): unknown;
}

/** Commands that are enabled together with others. */
export interface CommandGroup {
  /** Whether they can be called may have changed. */
  changed(): void;
}

/** Registers commands, and puts them into the palette's category Millrace. */
export function addCommands(
  registry: CommandRegistry,
  palette: ICommandPalette | null,
  specs: readonly CommandSpec[],
): CommandGroup {
  for (const { id, label, caption, isEnabled, execute } of specs) {
    registry.addCommand(id, {
      label,
      caption,
      isEnabled,
      execute,
      describedBy: { args: { type: 'object', properties: {} } },
    });
    palette?.addItem({ command: id, category: 'Millrace' });
  }
  let enabled = '';
  return {
    changed: () => {
      const now = specs.map(({ isEnabled }) => Number(isEnabled())).join('');
      if (now === enabled) return;
      enabled = now;
      for (const { id } of specs) registry.notifyCommandChanged(id);
    },
  };
}
