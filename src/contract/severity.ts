/** How much a severity weighs: 0 informs, 1 warns, 2 stops the data. What is no known word stops it. */
export function severityRank(severity: string): 0 | 1 | 2 {
  if (/^(info|information)$/i.test(severity)) return 0;
  return /^(warn|warning|low)$/i.test(severity) ? 1 : 2;
}

/** What the contract calls information or a warning does not stop the data. */
export function isMild(severity: string): boolean {
  return severityRank(severity) < 2;
}
