/** @returns whether an address is one of this machine. */
export function isLoopback(endpoint: string | undefined): boolean {
  if (!endpoint) return false;
  try {
    return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/.test(new URL(endpoint).hostname);
  } catch {
    return false;
  }
}
