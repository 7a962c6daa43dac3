/** A line of what an engine tells while it pulls or builds. */
export interface ProgressLine {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly error?: string;
  /** What came of it, in engines' words. */
  readonly aux?: { readonly Digest?: string };
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** How far a pull or a push has come, added up over its layers. */
export class PullProgress {
  readonly #layers = new Map<string, { readonly current: number; readonly total: number }>();

  /** @returns whether it has moved on. */
  add({ id, status = '', progressDetail }: ProgressLine): boolean {
    if (id === undefined) return false;
    const known = this.#layers.get(id);
    if (
      /^(Pull complete|Download complete|Already exists|Pushed|Layer already exists|Mounted from)/.test(status) &&
      known !== undefined
    ) {
      this.#layers.set(id, { current: known.total, total: known.total });
      return true;
    }
    const { current, total } = progressDetail ?? {};
    if ((status !== 'Downloading' && status !== 'Pushing') || current === undefined || total === undefined)
      return false;
    this.#layers.set(id, { current, total });
    return true;
  }

  /** `34 of 120 MB`; of the layers that are known so far. */
  toString(): string {
    const sum = (member: 'current' | 'total') =>
      Math.round([...this.#layers.values()].reduce((all, layer) => all + layer[member], 0) / 1e6);
    return `${sum('current')} of ${sum('total')} MB`;
  }
}
