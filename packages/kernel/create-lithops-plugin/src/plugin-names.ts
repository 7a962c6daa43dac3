import validatePackageName from 'validate-npm-package-name';

/** What can be made. */
export const PLUGIN_KINDS = ['compute', 'storage'] as const;
export type PluginKind = (typeof PLUGIN_KINDS)[number];

/** What a plugin is called, and where. */
export interface PluginNames {
  /** `@acme/lithops-grid`. */
  readonly package: string;
  /** In configurations, snake case: `acme_grid`. */
  readonly plugin: string;
  /** Of the function that makes a reference to it: `acmeGrid`. */
  readonly factory: string;
  /** Of its classes: `AcmeGrid`. */
  readonly type: string;
}

/** Sections of a configuration that mean something else. */
const TAKEN = ['lithops', 'localhost'];
/** What a package's name has before or after that of its plugin. */
const AFFIXES = /^(?:lithops-plugin-|lithops-)|-lithops$/g;

/**
 * @param plugin Default: after the package, `@acme/lithops-grid` gives `grid`.
 * @throws TypeError saying what is wrong with a name.
 */
export function pluginNames(packageName: string, plugin: string = pluginNameOf(packageName)): PluginNames {
  assertPackageName(packageName);
  assertPluginName(plugin);
  const type = plugin.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return { package: packageName, plugin, type, factory: type.charAt(0).toLowerCase() + type.slice(1) };
}

/** The name that a plugin has by its package, where that gives one; else the text that it gives. */
export function pluginNameOf(packageName: string): string {
  const last = packageName.slice(packageName.lastIndexOf('/') + 1);
  return last.replaceAll(AFFIXES, '').replaceAll(/[-.]+/g, '_');
}

/** @throws TypeError */
export function assertPackageName(name: string): void {
  const { validForNewPackages, errors = [], warnings = [] } = validatePackageName(name);
  if (!validForNewPackages)
    throw new TypeError(`'${name}' is no name of a package: ${[...errors, ...warnings].join('; ')}`);
  if (name.startsWith('@lithops/'))
    throw new TypeError(
      `'${name}': packages of @lithops are this project's; take a scope of yours, '@acme/lithops-grid'`,
    );
}

/** @throws TypeError */
export function assertPluginName(name: string): void {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))
    throw new TypeError(`'${name}' is no name of a plugin: it is snake case, like 'acme_grid'`);
  if (TAKEN.includes(name)) throw new TypeError(`'${name}' means something else in configurations; take another name`);
}
