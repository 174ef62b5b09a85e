/** @returns a share of all as people read it: `5%`, `33.3%`. */
export const percent = (share: number) => `${Math.round(share * 1000) / 10}%`;
