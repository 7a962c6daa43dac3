const counts = new Intl.NumberFormat('en');
const hours = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function count(value: number): string {
  return counts.format(value);
}

/** `1 call`, `3 calls` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function duration(ms: number): string {
  // Journals keep hundredths of a millisecond.
  if (ms < 0.01) return '< 10 µs';
  if (ms < 0.095) return `${Math.round(ms * 1000)} µs`;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  if (h >= 48) return `${Math.floor(h / 24)} d ${h % 24} h`;
  return h > 0 ? `${h} h ${m} min` : `${m} min ${s} s`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let amount = value;
  for (; amount >= 1000 && unit < units.length - 1; unit++) amount /= 1000;
  return `${amount >= 100 || unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `3.4/s` */
export function rate(perSecond: number): string {
  if (perSecond >= 100) return `${count(Math.round(perSecond))}/s`;
  if (perSecond >= 1 || perSecond === 0) return `${perSecond.toFixed(1)}/s`;
  return `${(perSecond * 60).toFixed(1)}/min`;
}

/** Three digits that say something, however small it is. */
export function cost(amount: number): string {
  const decimals = amount >= 100 || amount === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(amount)));
  return amount.toFixed(Math.min(decimals, 12));
}

export function time(at: number): string {
  return times.format(at);
}

/** The time of today, the day of days before. */
export function moment(at: number, now: number): string {
  return now - at < 12 * 3_600_000 ? hours.format(at) : days.format(at);
}

/** `5 min ago` */
export function ago(ms: number): string {
  if (ms < 5000) return 'just now';
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 48 * 3_600_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return `${Math.floor(ms / 86_400_000)} days ago`;
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return '100 %';
  const value = (100 * part) / whole;
  // Never all of it before it is all of it.
  return `${value > 99 && value < 100 ? Math.min(Math.floor(value * 10) / 10, 99.9) : Math.round(value)} %`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const ESCAPES = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-_])/g;

/** What a program printed, without the colours of a terminal. */
export function plain(text: string): string {
  return text.replaceAll(ESCAPES, '');
}
