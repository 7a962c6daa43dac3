import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends the workers of a client that was killed. A worker in an endless synchronous loop cannot notice that its client is
 * gone, so a shell does: it holds the list of processes and kills them when its input closes.
 */
const SCRIPT = `trap '' INT TERM HUP
list=' '
while read -r what pid; do
  case $what in
    add) list="$list$pid " ;;
    remove) list="\${list%% $pid *} \${list#* $pid }" ;;
  esac
done
for pid in $list; do kill -9 "$pid" 2>/dev/null; done`;

export class Reaper {
  #shell: ChildProcess | undefined;
  #failed = false;

  /** From now on this process dies with us. Where there is no shell, workers end when they next look at their input. */
  add(pid: number): void {
    this.#tell(`add ${pid}`);
  }

  /** The process has ended: its number may belong to another one soon. */
  remove(pid: number): void {
    if (this.#shell !== undefined) this.#tell(`remove ${pid}`);
  }

  /** Every process was removed: the shell ends without killing any. Resolves when it has ended. */
  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
    shell.ref();
    shell.stdin?.end();
    await gone;
  }

  #tell(line: string): void {
    if (this.#failed) return;
    this.#shell ??= this.#start();
    this.#shell.stdin?.write(`${line}\n`);
  }

  #start(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'] });
    const giveUp = () => {
      this.#failed = true;
      this.#shell = undefined;
    };
    shell.on('error', giveUp);
    shell.stdin?.on('error', giveUp);
    shell.unref();
    if (shell.stdin !== null && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
    return shell;
  }
}
