import { effect, signal } from '@preact/signals';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const KEY = 'lithops-theme';

export const theme = signal<Theme>(THEMES.find((each) => each === localStorage.getItem(KEY)) ?? 'system');

/** Rises when colours change, for what is drawn. */
export const themeVersion = signal(0);

/** Puts the theme on the page, and follows the system's. */
export function applyTheme(): void {
  effect(() => {
    const { dataset } = document.documentElement;
    if (theme.value === 'system') delete dataset['theme'];
    else dataset['theme'] = theme.value;
    localStorage.setItem(KEY, theme.value);
    themeVersion.value = themeVersion.peek() + 1;
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themeVersion.value++);
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
}

export function ThemeButton() {
  const icons = { system: '◐', light: '☀', dark: '☾' };
  return (
    <button type="button" class="quiet" onClick={nextTheme} title="Change the theme (t)">
      <span aria-hidden="true">{icons[theme.value]}</span> <span class="label">{theme.value}</span>
      <span class="unseen"> theme; change it</span>
    </button>
  );
}
