import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that are short to read and take minutes: all that they do is in the suite that they name. */
const LONG = /\/conformance[^/]*\.test\.ts$|\/testing\/test\/detached\.test\.ts$/;

/** The long ones come first: by the size of files, as vitest has it, they are last, and one is waited for when all else is done. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
