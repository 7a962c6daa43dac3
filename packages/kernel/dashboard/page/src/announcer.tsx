import { signal } from '@preact/signals';

const text = signal('');

/** Says something to those who do not see the page, when they have heard the rest. */
export function announce(message: string): void {
  text.value = message;
}

export function Announcer() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {text.value}
    </div>
  );
}
