/** A part of what a task threw as text. User code may throw objects that have none, or whose own `toString` throws. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
