// Bundled by webpack: no import of work.mjs.
exports.noop = (n) => n;
exports.spin = (iterations) => {
  let state = 1;
  for (let i = 0; i < iterations; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state;
};
