import type { ErrorView, SourceFrame } from '../../src/view/call-view.ts';

/** What was thrown, and the lines of the program that it came from. */
export function ErrorDetail({ error }: { readonly error: ErrorView }) {
  const { name, message, stack, frames } = error;
  return (
    <section class="error-detail" aria-label="Error">
      <p class="message">
        <b>{name}</b>: {message}
      </p>
      {frames.map((frame) => (
        <Frame key={`${frame.file}:${frame.line}:${frame.column}`} frame={frame} />
      ))}
      {stack !== undefined && (
        <details open={frames.length === 0}>
          <summary>Stack</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
          <pre class="output" tabIndex={0}>
            {stack}
          </pre>
        </details>
      )}
    </section>
  );
}

function Frame({ frame }: { readonly frame: SourceFrame }) {
  const { file, line, column, firstLine, lines, functionName, changed } = frame;
  return (
    <figure class="frame">
      <figcaption>
        <code>
          {file}:{line}:{column}
        </code>
        {functionName !== undefined && <span class="small"> in {functionName}</span>}
        {changed && <span class="small text-lost"> the file was changed since</span>}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre tabIndex={0}>
        {lines.map((text, i) => {
          const number = firstLine + i;
          return (
            <span key={number} class={number === line ? 'code-line here' : 'code-line'}>
              <span class="line-number">{number}</span>
              {text}
              {'\n'}
            </span>
          );
        })}
      </pre>
    </figure>
  );
}
