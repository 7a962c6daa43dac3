import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineSpec } from '../protocol/master-api.ts';
import { writeWhole } from './write-whole.ts';

/** The machines that tasks may run on, kept for the next master. */
export class KnownMachines {
  readonly #file: string;
  #specs: readonly MachineSpec[];

  constructor(state: string) {
    this.#file = join(state, 'machines.json');
    // As `#keep` wrote it.
    this.#specs = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as MachineSpec[]) : [];
  }

  get specs(): readonly MachineSpec[] {
    return this.#specs;
  }

  /** Adds machines; one of the same name is replaced, but for what else it is prepared for. */
  add(specs: readonly MachineSpec[]): void {
    const names = new Set(specs.map(({ name }) => name));
    const known = (spec: MachineSpec) =>
      this.#specs.find(({ name, release }) => name === spec.name && release === spec.release)?.containers ?? [];
    const added = specs.map((spec) => {
      const containers = [...new Set([...known(spec), ...(spec.containers ?? [])])];
      return { ...spec, ...(containers.length > 0 && { containers }) };
    });
    this.#keep([...this.#specs.filter(({ name }) => !names.has(name)), ...added]);
  }

  remove(specs: readonly MachineSpec[]): void {
    this.#keep(this.#specs.filter((spec) => !specs.includes(spec)));
  }

  #keep(specs: readonly MachineSpec[]): void {
    this.#specs = specs;
    writeWhole(this.#file, JSON.stringify(specs));
  }
}
