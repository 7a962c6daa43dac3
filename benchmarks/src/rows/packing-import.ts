/** What a user's function imports from a file beside it. */
export const add = (a: number, b: number): number => a + b;
