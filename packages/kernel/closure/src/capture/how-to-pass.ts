/** What to pass in the place of a method on its own. */
export function howToPass(name: string): string {
  const [, accessor, property] = /^(get|set) (.*)$/.exec(name) ?? [];
  if (accessor === undefined) return `pass object.${name}.bind(object), or (item) => object.${name}(item)`;
  return `pass ${accessor === 'get' ? `() => object.${property}` : `(item) => { object.${property} = item; }`}`;
}
