/** Completes a pool that runs one task at a time. */
export function poolOf({ run, close }) {
  const map = (work, items) => Promise.all(items.map((item) => run(work, item)));
  return {
    run,
    map,
    captured: (data, tasks) => map('lengthOf', new Array(tasks).fill(data)),
    close,
  };
}
