export { type GeneratedPlugin, generatePlugin } from './generate-plugin.ts';
export { type PluginKind, type PluginNames, pluginNames } from './plugin-names.ts';
