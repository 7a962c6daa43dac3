import { PluginNotFoundError } from '../errors/plugin-not-found-error.ts';
import { installCommand, locatePackage } from './locate-package.ts';

/**
 * A package that only some features need, as the application has it installed.
 * @param from folders to look from, the application's first
 * @param need what needs it, for the message
 * @throws PluginNotFoundError with how to install it
 */
export async function importOptional(
  name: string,
  from: readonly string[],
  need: string,
): Promise<Record<string, unknown>> {
  const url = await locatePackage(name, from);
  if (url === undefined)
    throw new PluginNotFoundError(
      `${need} needs package ${name}, which is not installed: looked from ${from.join(', ')}`,
      {
        hint: `install it: ${installCommand()} ${name}`,
      },
    );
  try {
    return await import(url);
  } catch (cause) {
    throw new PluginNotFoundError(
      `package ${name} was found at ${url}, but cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
