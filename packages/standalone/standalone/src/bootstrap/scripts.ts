import { quote } from '../ssh/quote.ts';

/**
 * Starts a worker, with what the one who asks gives: release, processes, MB of heap or 0, seconds of silence.
 * The master's key on a machine may run nothing else, so that nothing of what is given may become anything else here.
 */
export function startWorkerScript(base: string): string {
  return `#!/bin/sh
set -fu
base=${quote(base)}
[ $# -gt 0 ] || set -- \${SSH_ORIGINAL_COMMAND-}
[ $# -eq 4 ] || exit 64
case "$1$2$3$4" in *[!0-9a-f]*) exit 64 ;; esac
worker="$base/releases/$1/worker.mjs"
options="--stdio --processes=$2 --silence=$4"
[ "$3" = 0 ] || options="$options --heap=$3"
cd "$HOME"
exec "$base/bin/node" "$worker" $options
`;
}

/** Runs the master, again when it was killed; one that ends by itself is not wanted any more. */
export function runMasterScript(base: string): string {
  return `#!/bin/sh
base=${quote(base)}
cd "$base/state"
failures=0
while [ $failures -lt 30 ]; do
  "$base/bin/node" "$base/releases/$1/master.mjs" "$base" && exit 0
  failures=$((failures + 1))
  sleep 0.3
done
exit 1
`;
}
