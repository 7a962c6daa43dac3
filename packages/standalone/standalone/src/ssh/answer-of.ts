/** How ssh2 answers. */
export type Done<Answer> = (error: Error | null | undefined, answer: Answer) => void;

/** The answer of what calls back. @throws what it calls back with */
export function answerOf<Answer>(request: (done: Done<Answer>) => unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
