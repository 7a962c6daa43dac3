/**
 * The server of `lithops dashboard`: jobs of this user's executors, live and past, in a browser.
 * @packageDocumentation
 */
export { type Dashboard, type DashboardOptions, startDashboard } from './dashboard.ts';
