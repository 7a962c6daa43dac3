import type { PluginLogger } from '@lithops/core/plugin';

const tell = (message: string) => void process.stderr.write(`${message}\n`);

/** What is told goes to whoever has started us. */
export const stderrLogger: PluginLogger = { debug: () => {}, info: tell, warn: tell, error: tell };
