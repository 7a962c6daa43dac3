import type { TransferProgress } from '@lithops/core';

/** How long a transfer goes on before its progress is shown, in ms. */
const SHOWN_AFTER_MS = 500;

/** Shows how far a transfer has come. */
export interface TransferBar extends Disposable {
  update(progress: TransferProgress): void;
}

/** A bar on stderr for transfers that take a while; nothing where nobody looks at it. `Infinity` is a length that is not known. */
export async function transferBar(name: string, options: { readonly json?: boolean }): Promise<TransferBar> {
  if (!process.stderr.isTTY || options.json === true) return { update() {}, [Symbol.dispose]() {} };
  const [{ SingleBar, Presets }, { default: prettyBytes }] = await Promise.all([
    import('cli-progress').then((module) => module.default),
    import('pretty-bytes'),
  ]);
  const size = (bytes: number) => prettyBytes(bytes, { binary: true });
  const startedAt = performance.now();
  let bar: InstanceType<typeof SingleBar> | undefined;
  return {
    update({ transferredBytes, totalBytes }) {
      const seconds = (performance.now() - startedAt) / 1000;
      if (seconds * 1000 < SHOWN_AFTER_MS) return;
      const known = Number.isFinite(totalBytes);
      if (bar === undefined) {
        const format = known
          ? '{name} [{bar}] {percentage}% {moved} of {size}, {rate}/s, {eta_formatted} left'
          : '{name} {moved}, {rate}/s';
        // Ctrl-C is ours to handle; a bar that handled it would swallow it.
        bar = new SingleBar(
          { format, stream: process.stderr, clearOnComplete: true, gracefulExit: false, hideCursor: false },
          Presets.shades_classic,
        );
        bar.start(known ? totalBytes : 0, 0, {});
      }
      const shown = {
        name,
        moved: size(transferredBytes),
        size: known ? size(totalBytes) : '',
        rate: size(transferredBytes / seconds),
      };
      bar.update(transferredBytes, shown);
    },
    [Symbol.dispose]: () => bar?.stop(),
  };
}
