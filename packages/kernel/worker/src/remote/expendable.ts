import { writeFile } from 'node:fs';

/** Where the kernel is to look first when memory runs out, from -1000 to 1000. */
const SCORE = '500';

/** When the memory of a container runs out, a worker process is to die for it and not its supervisor, which tells of it. */
export function makeExpendable(pid: number): void {
  // Where there is no such file, or it may not be written, the kernel decides alone.
  writeFile(`/proc/${pid}/oom_score_adj`, SCORE, () => {});
}
