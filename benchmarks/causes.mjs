/**
 * @file Why a workload is slower than it should be, by name; the page quotes it where there is a gap.
 * @type {Readonly<Record<string, string>>}
 */
export const causes = {};
