import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import { assertPackageName, assertPluginName, type PluginKind, pluginNameOf } from './plugin-names.ts';

/** What has to be known of a plugin; what was said on the command line is there. */
export interface Answers {
  readonly kind?: PluginKind | undefined;
  readonly packageName?: string | undefined;
  readonly plugin?: string | undefined;
}

/** Asks for what is missing; undefined when the user would rather not. */
export async function askAnswers(
  given: Answers,
): Promise<{ readonly kind: PluginKind; readonly packageName: string; readonly plugin: string } | undefined> {
  intro('A plugin of Lithops');
  const kind = given.kind ?? (await select({ message: 'What is it?', options: [...KINDS] }));
  if (isCancel(kind)) return stopped();
  const packageName =
    given.packageName ??
    (await text({
      message: 'What is its package called?',
      placeholder: '@acme/lithops-grid',
      validate: (value = '') => complaint(() => assertPackageName(value)),
    }));
  if (isCancel(packageName)) return stopped();
  const plugin =
    given.plugin ??
    (await text({
      message: 'What is it called in configurations?',
      initialValue: pluginNameOf(packageName),
      validate: (value = '') => complaint(() => assertPluginName(value)),
    }));
  return isCancel(plugin) ? stopped() : { kind, packageName, plugin };
}

const KINDS = [
  { value: 'compute', label: 'A backend', hint: 'runs functions' },
  { value: 'storage', label: 'A storage', hint: 'keeps objects' },
] as const;

function complaint(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function stopped(): undefined {
  cancel('Nothing was made.');
}
