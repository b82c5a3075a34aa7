import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { setViewSettings } from '../viewSettings.js';
import { settingValues, type PanelSettings } from './settingValues.js';

/** Reads the plug-in's settings, now and whenever they change. */
export async function followSettings(
  registry: ISettingRegistry,
  plugin: string,
  changed: (settings: PanelSettings) => void,
): Promise<void> {
  const settings = await registry.load(plugin);
  const take = (): void => {
    const { views, panel } = settingValues(settings.composite);
    setViewSettings(views);
    changed(panel);
  };
  settings.changed.connect(take);
  take();
}
