import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * Leaves out of a bundled dockerode what takes most of the time to load and is hardly ever asked for: sessions of BuildKit
 * (gRPC) and engines behind SSH. They are loaded from the installed package when they are used.
 */
export const lazyDockerode: Plugin = {
  name: 'lazy-dockerode',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/(?:session|buildkit|ssh)$/ }, ({ path, importer }) => {
      const [, name] = /[\\/]node_modules[\\/](dockerode|docker-modem)[\\/]lib[\\/][^\\/]+$/.exec(importer) ?? [];
      return name === undefined
        ? undefined
        : { path: `${name}/lib/${path.slice('./'.length)}`, namespace: 'installed' };
    });
    onLoad({ filter: /.*/, namespace: 'installed' }, ({ path }) => ({ contents: installed(path), loader: 'js' }));
  },
};

/** docker-modem is found from where dockerode is. Each of these modules is a function, but for one that is required when it is used. */
function installed(path: string): string {
  const load = `createRequire(createRequire(__filename).resolve('dockerode'))(${JSON.stringify(path)})`;
  const value = path.endsWith('/buildkit') ? load : `(...args) => ${load}(...args)`;
  return `const { createRequire } = require('node:module'); module.exports = ${value};`;
}
