import type { Config } from 'vega';

/** For jobs, in this order. Told apart by people who see no red or no green, and none is taken for a failure. */
export const JOB_COLORS: readonly string[] = [
  '#3565d8',
  '#14a3a0',
  '#f2a81d',
  '#8a4fd0',
  '#5fa92f',
  '#56b4e9',
  '#b07d52',
  '#e088c2',
];
export const COLORS = {
  waiting: '#dfe4ec',
  failed: '#d3232f',
  failedAttempt: '#f08d8d',
  cancelled: '#8b95a5',
  text: '#1d2733',
  faint: '#5c6a7c',
  grid: '#e9edf3',
  axis: '#b9c2cf',
} as const;

export const FONT = 'Inter';
const FONTS = `${FONT}, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif`;
/** Of the area between the axes, in px. */
export const PLOT_WIDTH = 860;

export const CONFIG: Config = {
  background: '#ffffff',
  title: {
    font: FONTS,
    color: COLORS.text,
    fontSize: 18,
    fontWeight: 600,
    subtitleFont: FONTS,
    subtitleColor: COLORS.faint,
    subtitleFontSize: 12.5,
    subtitlePadding: 6,
    anchor: 'start',
    frame: 'bounds',
    offset: 14,
  },
  axis: {
    labelFont: FONTS,
    titleFont: FONTS,
    labelColor: COLORS.faint,
    titleColor: COLORS.text,
    labelFontSize: 11.5,
    titleFontSize: 12.5,
    titleFontWeight: 600,
    titlePadding: 10,
    gridColor: COLORS.grid,
    domainColor: COLORS.axis,
    tickColor: COLORS.axis,
    tickSize: 4,
  },
  legend: {
    labelFont: FONTS,
    labelColor: COLORS.text,
    labelFontSize: 12,
    labelLimit: 260,
    symbolType: 'square',
    symbolSize: 110,
    symbolStrokeWidth: 0,
    rowPadding: 5,
    columnPadding: 6,
  },
  text: { font: FONTS },
};
