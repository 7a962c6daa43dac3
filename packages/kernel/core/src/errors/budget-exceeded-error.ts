import { defineErrorKind, LithopsError, type LithopsErrorOptions } from './lithops-error.ts';

/** A job was stopped before it costs more than it may. */
export class BudgetExceededError extends LithopsError {
  constructor(message: string, options: LithopsErrorOptions = {}) {
    super(message, 'BUDGET_EXCEEDED', options);
  }

  static {
    defineErrorKind(BudgetExceededError, 'BudgetExceededError');
  }
}
