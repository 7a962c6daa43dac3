import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import type { TaskScope } from '@lithops/worker';
import { ConfigError } from '../errors/config-error.ts';

/** A configuration as it was found, and where. */
export interface ConfigSource {
  /** For messages: a path, or how it was given. */
  readonly name: string;
  /** Packages and relative paths in it are looked up from here. */
  readonly folder: string;
  readonly content: unknown;
}

export interface ConfigPlaces {
  readonly config?: unknown;
  readonly configFile?: string;
}

/** Inside a task: that of the executor that runs it, found where the worker puts it for any copy of core. */
function inheritedConfig(): ConfigSource | undefined {
  const scope = (globalThis as { [key: symbol]: TaskScope | undefined })[Symbol.for('lithops.task')];
  return scope?.executorConfig() as ConfigSource | undefined; // made by `taskSetup`
}

const PROJECT_FILES = ['ts', 'mts', 'js', 'mjs', 'yaml', 'yml', 'json'].map(
  (extension) => `lithops.config.${extension}`,
);

/** The first configuration there is, in the documented order; undefined when there is none. @throws ConfigError */
export function findConfigSource(places: ConfigPlaces, env: NodeJS.ProcessEnv = process.env): ConfigSource | undefined {
  const cwd = process.cwd();
  if (places.config !== undefined) return { name: 'option `config`', folder: cwd, content: places.config };
  if (places.configFile !== undefined) return readConfigFile(resolve(cwd, places.configFile));
  const inherited = inheritedConfig();
  if (inherited !== undefined) return inherited;
  const inline = env['LITHOPS_CONFIG'];
  if (inline !== undefined && inline !== '')
    return {
      name: 'environment variable LITHOPS_CONFIG',
      folder: cwd,
      content: parse('LITHOPS_CONFIG', () => JSON.parse(inline)),
    };
  const named = env['LITHOPS_CONFIG_FILE'];
  if (named !== undefined && named !== '') return readConfigFile(resolve(cwd, named));
  const files = [
    ...PROJECT_FILES.map((name) => join(cwd, name)),
    join(cwd, '.lithops_config'),
    join(homedir(), '.lithops', 'config'),
    '/etc/lithops/config',
  ];
  const found = files.find((file) => existsSync(file));
  return found === undefined ? undefined : readConfigFile(found);
}

function readConfigFile(file: string): ConfigSource {
  if (!existsSync(file))
    throw new ConfigError(`there is no configuration file ${file}`, {
      hint: 'correct configFile or LITHOPS_CONFIG_FILE, or create the file',
    });
  return { name: file, folder: dirname(file), content: parse(file, () => readContent(file)) };
}

function readContent(file: string): unknown {
  const require = createRequire(import.meta.url);
  switch (extname(file)) {
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs': {
      // Node loads ES modules synchronously, and strips types, since 22.12 and 22.18.
      const module: { readonly default?: unknown } = require(file);
      if (module.default === undefined)
        throw new SyntaxError('it has no default export; write `export default defineConfig({ ... })`');
      return module.default;
    }
    case '.json':
      return JSON.parse(readFileSync(file, 'utf8'));
    default: {
      const yaml: typeof import('yaml') = require('yaml');
      const document = yaml.parseDocument(readFileSync(file, 'utf8'));
      // A warning is of a tag or directive that would be passed over.
      const fault = document.errors[0] ?? document.warnings[0];
      if (fault !== undefined) throw fault;
      return document.toJS() ?? {};
    }
  }
}

function parse(name: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    throw new ConfigError(`${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
