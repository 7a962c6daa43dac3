/** `0.0012 USD`: three digits that say something, however small it is. */
export function amountText({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  const decimals = amount >= 100 || amount === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(amount)));
  return `${amount.toFixed(decimals)} ${currency}`;
}
